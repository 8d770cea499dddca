import { families, type Family } from '../canonical/family.ts';

/** What a client asks for. Each relay route has one; a provider says at which path it offers it. */
export const operations = [
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
  /** A turn of Google's Interactions API, which only Google speaks. */
  'interaction',
  'realtime',
  /** Files, batches, fine-tuning, assistants and threads of one account. */
  'account-resource',
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
