import type { GatewayError } from '@turnpike/core';
import { messageOf, paramOf, type ErrorContext } from '../openai-chat/encode-error.ts';

/** Encodes an error that ends a stream of typed events: a flat `error` event, as this protocol has it. */
export function encodeResponsesStreamError(error: GatewayError, context: ErrorContext): Buffer {
  const event = {
    type: 'error',
    code: error.code,
    message: messageOf(error, context),
    param: paramOf(error),
  };
  return Buffer.from(`event: error\ndata: ${JSON.stringify(event)}\n\n`);
}
