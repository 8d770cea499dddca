import type { EstimateMode, UsageEstimate } from './estimate-quota.ts';

/** How large a request is, as far as it can be told without reading it closely. Sizes are decoded bytes. */
export interface RequestSize {
  /** Everything that is text: messages, tools, schemas, the JSON around them. */
  textBytes: number;
  /** Pictures sent by value. */
  images?: number;
  audioBytes?: number;
  documentBytes?: number;
  /** Inputs that are named but not sent: addresses, stored answers, hosted tools. */
  remoteInputs?: number;
  /** The client's own limit of output, by whatever name. */
  declaredOutputTokens?: number;
  /** Answers asked for (`n`). */
  choices?: number;
  isStream?: boolean;
  /** Model's input and output together, where the price book knows it. */
  contextWindow?: number;
  /** Some models count a picture thirtyfold. */
  model?: string;
}

/** Output that is reserved where the client sets no limit, and the step by which a hard budget grows in a stream. */
export const outputStepTokens = 1024;

/** Tokens of one unit of input. `hard` figures are upper bounds at every vendor. */
const softTokens = {
  textPerByte: 1 / 3,
  image: 1100, // a 1024 × 1024 picture: 765 at OpenAI, 1 400 at Anthropic
  audioPerByte: 1 / 1600, // ten tokens a second at 128 kbit/s
  documentPerByte: 1 / 20, // a page of a PDF: 50 kB, 2 500 tokens
  remote: 1500,
} as const;

const hardTokens = {
  textPerByte: 1, // no tokenizer makes more tokens than bytes
  image: 5000, // 4 784 at Anthropic, 4 128 at Google, 1 445 at OpenAI
  heavyImage: 48_169, // gpt-4o-mini: 2 833 and 8 tiles of 5 667
  audioPerByte: 1 / 32, // 32 tokens a second at 8 kbit/s
} as const;

/** The largest window that is sold: what unknown input can come to at most. */
const largestContextWindow = 2_000_000;

/** What a request may use, without tokenizing anything: reserved before it is sent (see the table in docs/billing.md). */
export function estimateUsage(size: RequestSize, mode: EstimateMode): UsageEstimate {
  const inputTokens = mode === 'soft' ? softInput(size) : hardInput(size);
  return { inputTokens: Math.ceil(inputTokens), outputTokens: outputOf(size, mode) };
}

function softInput(size: RequestSize): number {
  return (
    size.textBytes * softTokens.textPerByte +
    (size.images ?? 0) * softTokens.image +
    (size.audioBytes ?? 0) * softTokens.audioPerByte +
    (size.documentBytes ?? 0) * softTokens.documentPerByte +
    (size.remoteInputs ?? 0) * softTokens.remote
  );
}

function hardInput(size: RequestSize): number {
  const window = size.contextWindow ?? largestContextWindow;
  // Nobody knows what is behind an address, or how far a document unpacks.
  if (size.remoteInputs || size.documentBytes) return window;
  const image = size.model?.startsWith('gpt-4o-mini') ? hardTokens.heavyImage : hardTokens.image;
  const tokens =
    size.textBytes * hardTokens.textPerByte +
    (size.images ?? 0) * image +
    (size.audioBytes ?? 0) * hardTokens.audioPerByte;
  return Math.min(tokens, window);
}

function outputOf(size: RequestSize, mode: EstimateMode): number {
  const { contextWindow = largestContextWindow, choices = 1, isStream = false } = size;
  const declared = Math.min(size.declaredOutputTokens ?? outputStepTokens, contextWindow);
  // A stream under a hard budget is paid for step by step while it runs.
  const each = mode === 'hard' && isStream ? Math.min(declared, outputStepTokens) : declared;
  return Math.ceil(each) * Math.max(1, choices);
}
