import type { JsonRecord, Loss, Operation, Usage } from '@turnpike/core';
import type { EncodeTarget } from '../../translation.ts';

/** What every protocol for embeddings asks. */
export interface EmbeddingRequest {
  inputs: readonly string[];
  dimensions?: number;
  /** What the vectors are for, in the words of Cohere (`search_query`) or Google (`RETRIEVAL_QUERY`). */
  purpose?: string;
  /** Of a document, where the client gave one. */
  title?: string;
}

/** What every protocol for embeddings answers: one vector for each input, in order. */
export interface EmbeddingAnswer {
  vectors: readonly (readonly number[])[];
  /** Undefined where the upstream reported none. */
  usage: Usage | undefined;
}

/** The client's side of a protocol for embeddings. */
export interface EmbeddingClient {
  operation: Operation;
  /** @throws `invalid_request` with `param` */
  decode(body: JsonRecord): EmbeddingRequest;
  encode(
    answer: EmbeddingAnswer,
    context: { body: JsonRecord; model: string; request: EmbeddingRequest },
  ): JsonRecord;
}

/** The upstream's side of a protocol for embeddings. */
export interface EmbeddingUpstream {
  operation: Operation;
  /** The provider whose own wire this is. */
  providerId?: string;
  encode(
    request: EmbeddingRequest,
    target: EncodeTarget,
  ): { body: JsonRecord; losses: readonly Loss[] };
  /** Undefined where the body is no answer. */
  decode(answer: JsonRecord): EmbeddingAnswer | undefined;
}

/** Usage of an upstream that counts tokens of the prompt only; undefined for none. */
export function promptUsage(tokens: unknown): Usage | undefined {
  if (typeof tokens !== 'number' || !Number.isFinite(tokens) || tokens <= 0) return undefined;
  return {
    input: { uncached: Math.ceil(tokens), cacheRead: 0, cacheWrite: 0 },
    output: { text: 0, reasoning: 0 },
    source: 'reported',
  };
}
