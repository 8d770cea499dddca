import type { GatewayError } from '@turnpike/core';
import { messageOf, type ErrorContext } from '../openai-chat/encode-error.ts';

/** Encodes an error that ends a stream of an interaction which has begun. */
export function encodeInteractionStreamError(error: GatewayError, context: ErrorContext): Buffer {
  const { code } = error;
  return encode({ event_type: 'error', error: { code, message: messageOf(error, context) } });
}

/** Ends a stream that the budget cut. What was said so far is not repeated: the client has it. */
export function encodeInteractionBudgetCut(model: string): Buffer {
  const interaction = { status: 'incomplete', object: 'interaction', model };
  return encode({ event_type: 'interaction.completed', interaction });
}

function encode(event: Readonly<Record<string, unknown>> & { event_type: string }): Buffer {
  return Buffer.from(`event: ${event.event_type}\ndata: ${JSON.stringify(event)}\n\n`);
}
