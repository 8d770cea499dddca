import type { IncomingHttpHeaders } from 'node:http';
import type { AnswerFacts, StreamTap, UpstreamError } from '@turnpike/adaptors';
import { isGatewayError } from '@turnpike/core';

/** What a translated answer says, and the client's bytes of it. */
export interface TranslatedAnswer extends AnswerFacts {
  body: Buffer;
  contentType: string;
}

/** The way back of a translated request: the upstream's answer becomes one of the client's protocol. One per attempt. */
export interface AnswerTranslator {
  /** Content type of a stream to the client. */
  readonly streamContentType: string;
  /** Undefined where the answer is read whole: nobody asked for a stream, or none came. */
  createTap(headers: IncomingHttpHeaders): StreamTap | undefined;
  readAnswer(body: Buffer, headers: IncomingHttpHeaders): TranslatedAnswer;
  readError(status: number, headers: IncomingHttpHeaders, body: Buffer): UpstreamError;
}

/** An answer that brings an error, or nothing that can be read. */
export function failedAnswer(error: UpstreamError | undefined): TranslatedAnswer {
  return {
    isUnreadable: error === undefined,
    error,
    usage: undefined,
    images: 0,
    seconds: undefined,
    serviceTier: undefined,
    generatedText: () => '',
    body: Buffer.alloc(0),
    contentType: '',
  };
}

/** Whatever an upstream answered, it is one answer at most that breaks: what a codec refuses is unreadable. */
export function readGuarded(read: () => TranslatedAnswer): TranslatedAnswer {
  try {
    return read();
  } catch (error) {
    if (isGatewayError(error)) return failedAnswer(undefined);
    throw error;
  }
}

/** Undefined where the bytes are no JSON object. */
export function parseObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Some upstreams answer 200 and an error. */
export function carriesError(body: Record<string, unknown>): boolean {
  const { error } = body;
  return (
    (typeof error === 'object' && error !== null) ||
    (typeof error === 'string' && error !== '') ||
    body['type'] === 'error' ||
    (body['object'] === 'response' && body['status'] === 'failed')
  );
}
