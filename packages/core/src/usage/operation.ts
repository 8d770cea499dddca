import { families, type Family } from '../canonical/family.ts';

/** What OpenAI's doors offer, and with them those of whoever copies them; what only its own servers have is not among them. */
export const openAiOperations = [
  'chat',
  'completions',
  'edits',
  'embeddings',
  'moderations',
  'image-generation',
  'image-edit',
  'image-variation',
  'speech',
  'transcription',
  'translation',
  'responses',
  'realtime',
  /** Files, batches, fine-tuning, assistants and threads of one account. */
  'account-resource',
] as const;

/** What a client asks for. Each relay route has one; a provider says at which path it offers it. */
export const operations = [
  ...openAiOperations,
  'count-response-tokens',
  /** Makes a long conversation short, as its vendor does. */
  'compact-response',
  /** Anthropic's door. */
  'messages',
  'count-message-tokens',
  /** Gemini's door. */
  'generate-content',
  'count-content-tokens',
  'embed-content',
  'batch-embed-contents',
  /** Whatever a channel of type 43 has behind it. */
  'proxy',
  /** A turn of Google's Interactions API, which only Google speaks. */
  'interaction',
] as const;

export type Operation = (typeof operations)[number];

/** The operation by which each family holds a conversation. */
export const conversationOperations = {
  'openai-chat': 'chat',
  'openai-responses': 'responses',
  anthropic: 'messages',
  gemini: 'generate-content',
} as const satisfies Readonly<Record<Family, Operation>>;

/** The family of an operation that is a conversation; undefined for every other one. */
export function familyOf(operation: Operation): Family | undefined {
  return familyByOperation.get(operation);
}

const familyByOperation: ReadonlyMap<Operation, Family> = new Map(
  families.map((family) => [conversationOperations[family], family]),
);
