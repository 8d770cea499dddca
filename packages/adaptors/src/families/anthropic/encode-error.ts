import type { GatewayError } from '@turnpike/core';
import {
  encodeError,
  messageOf,
  type EncodedError,
  type ErrorContext,
} from '../openai-chat/encode-error.ts';

/** Encodes an error that is the whole answer, in Anthropic's shape. Its clients know 529 for what is overloaded. */
export function encodeMessagesError(error: GatewayError, context: ErrorContext): EncodedError {
  const isOverloaded = error.status === 503 && typeOf(error) === 'overloaded_error';
  return {
    ...encodeError(error, context),
    status: isOverloaded ? 529 : error.status,
    body: Buffer.from(encodeBody(error, context)),
  };
}

/** Ends a stream that has begun. */
export function encodeMessagesStreamError(error: GatewayError, context: ErrorContext): Buffer {
  return Buffer.from(`event: error\ndata: ${encodeBody(error, context)}\n\n`);
}

function encodeBody(error: GatewayError, context: ErrorContext): string {
  return JSON.stringify({
    type: 'error',
    error: { type: typeOf(error), message: messageFor(error, context) },
    request_id: context.requestId,
  });
}

const typeOfStatus: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

function typeOf({ status, type }: GatewayError): string {
  // A budget of a day or a month is one that comes back.
  if (type === 'insufficient_quota' && status !== 429) return 'billing_error';
  if (type === 'overloaded_error') return 'overloaded_error';
  const known = typeOfStatus[status];
  if (known !== undefined) return known;
  return status >= 500 && status !== 501 ? 'api_error' : 'invalid_request_error';
}

const tooLong = 'prompt is too long';

/** Claude Code shortens its conversation when a message begins with these words, and only then. */
function messageFor(error: GatewayError, context: ErrorContext): string {
  const message = messageOf(error, context);
  const isTooLong =
    error.code === 'context_length_exceeded' ||
    (error.status === 400 &&
      /maximum context length|context window|too many tokens/i.test(message));
  return isTooLong && !message.startsWith(tooLong) ? `${tooLong}: ${message}` : message;
}
