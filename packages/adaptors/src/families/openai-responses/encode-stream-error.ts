import type { GatewayError } from '@turnpike/core';
import { messageOf, paramOf, type ErrorContext } from '../openai-chat/encode-error.ts';
import { createResponseId } from './item-ids.ts';
import type { WireEvent } from './output-item.ts';

/**
 * Encodes an error that ends a stream of typed events, as the vendor does: an `error`, then the failed response. Some
 * clients read the error flat, some nested; Codex reads the failed response only.
 */
export function encodeResponsesStreamError(error: GatewayError, context: ErrorContext): Buffer {
  const { code, type } = error;
  const message = messageOf(error, context);
  const param = paramOf(error);
  const event = { type: 'error', code, message, param, error: { type, code, message, param } };
  const response = {
    ...createEmptyResponse(createResponseId(context.requestId)),
    status: 'failed',
    error: { code, message },
  };
  return encodeEvents([event, { type: 'response.failed', response }]);
}

/** Ends a stream that the budget cut. What was said so far is not repeated: the client has it. */
export function encodeResponsesBudgetCut(model: string): Buffer {
  const response = {
    ...createEmptyResponse('resp_cut'),
    model,
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
  };
  return encodeEvents([{ type: 'response.incomplete', response }]);
}

/** The members that clients look for in every response. */
function createEmptyResponse(id: string): Readonly<Record<string, unknown>> {
  return {
    id,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: '',
    output: [],
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    usage: null,
  };
}

function encodeEvents(events: readonly WireEvent[]): Buffer {
  const frames = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  return Buffer.from(frames.join(''));
}
