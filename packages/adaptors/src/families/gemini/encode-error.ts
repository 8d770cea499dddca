import type { GatewayError } from '@turnpike/core';
import {
  encodeError,
  messageOf,
  type EncodedError,
  type ErrorContext,
} from '../openai-chat/encode-error.ts';
import { isJsonArrayStream } from './frame-writer.ts';

/** Encodes an error that is the whole answer, as Google's clients read it. */
export function encodeGeminiError(error: GatewayError, context: ErrorContext): EncodedError {
  const { status, headers } = encodeError(error, context);
  return { status, headers, body: Buffer.from(JSON.stringify(bodyOf(error, context))) };
}

/** Encodes an error that ends a stream which has begun. */
export function encodeGeminiStreamError(error: GatewayError, context: ErrorContext): Buffer {
  const json = JSON.stringify(bodyOf(error, context));
  return Buffer.from(isJsonArrayStream(context.path) ? `,${json}\n]\n` : `data: ${json}\n\n`);
}

function bodyOf(error: GatewayError, context: ErrorContext): object {
  const details = detailsOf(error);
  return {
    error: {
      code: error.status,
      message: messageOf(error, context),
      status: statusWordOf(error),
      details,
    },
  };
}

const wordOfStatus: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'RESOURCE_EXHAUSTED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  422: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
  529: 'UNAVAILABLE',
};

function statusWordOf({ status, type }: GatewayError): string {
  if (type === 'insufficient_quota') return 'RESOURCE_EXHAUSTED';
  return wordOfStatus[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
}

const types = 'type.googleapis.com/google.rpc';

/** Our own code, the field that is wrong, and how long to wait, where Google's clients look for them. */
function detailsOf({ code, details, retryable }: GatewayError): object[] {
  const { param, retryAfterMs } = details;
  return [
    {
      '@type': `${types}.ErrorInfo`,
      reason: code.toUpperCase(),
      domain: 'gateway',
    },
    ...(param === undefined
      ? []
      : [{ '@type': `${types}.BadRequest`, fieldViolations: [{ field: param }] }]),
    ...(retryAfterMs === undefined || !retryable
      ? []
      : [{ '@type': `${types}.RetryInfo`, retryDelay: `${Math.ceil(retryAfterMs) / 1000}s` }]),
  ];
}
