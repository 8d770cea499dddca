import type { GatewayError } from '@turnpike/core';

export interface ErrorContext {
  requestId: string;
  isChinese: boolean;
  /** Of the request, where it was read so far: it decides the form of Gemini's streams. */
  path?: { search: string };
}

export interface EncodedError {
  status: number;
  /** Name, value, name, value … */
  headers: string[];
  body: Buffer;
}

/** SDKs ignore a longer wait and fall back to a fast backoff of their own. */
const maxRetryAfterMs = 60_000;
/** Where waiting helps but nobody knows how long. */
const defaultRetryAfterMs = 1000;

/** Encodes an error that is the whole answer, in the shape of the OpenAI doors. */
export function encodeError(error: GatewayError, context: ErrorContext): EncodedError {
  return {
    status: error.status,
    headers: [
      'content-type',
      'application/json; charset=utf-8',
      'x-should-retry',
      String(error.retryable),
      ...retryAfterHeaders(error),
    ],
    body: Buffer.from(encodeBody(error, context)),
  };
}

/** Encodes an error that ends a stream of chunks. No terminal marker follows it. */
export function encodeStreamError(error: GatewayError, context: ErrorContext): Buffer {
  return Buffer.from(`data: ${encodeBody(error, context)}\n\n`);
}

function encodeBody(error: GatewayError, context: ErrorContext): string {
  return JSON.stringify({
    error: {
      message: messageOf(error, context),
      type: error.type,
      param: paramOf(error),
      code: error.code,
    },
  });
}

/** The text for the client, in its language and with the id to ask about. */
export function messageOf(error: GatewayError, { requestId, isChinese }: ErrorContext): string {
  return `${isChinese ? error.messageZh : error.message} (request id: ${requestId})`;
}

export function paramOf(error: GatewayError): string | null {
  return error.details.param ?? null;
}

function retryAfterHeaders(error: GatewayError): string[] {
  const isWaitable = error.retryable && (error.status === 429 || error.status === 503);
  const wanted = error.details.retryAfterMs ?? (isWaitable ? defaultRetryAfterMs : undefined);
  if (wanted === undefined || !error.retryable) return [];
  const waitMs = Math.min(Math.max(Math.ceil(wanted), 1), maxRetryAfterMs);
  return ['retry-after', String(Math.ceil(waitMs / 1000)), 'retry-after-ms', String(waitMs)];
}
