import {
  completionTokensOf,
  promptTokensOf,
  type CanonicalRequest,
  type Finish,
  type JsonRecord,
  type Usage,
} from '@turnpike/core';
import { asObject } from '../../wire/json-object.ts';

export interface ResponseHead {
  id: string;
  /** Unix seconds. */
  createdAt: number;
  model: string;
}

/**
 * The response object around its output. It repeats every setting of the request with the value that was in effect,
 * null where it has none: strict clients look for each of them.
 */
export function createResponseObject(
  request: Pick<CanonicalRequest, 'extras' | 'reasoning' | 'state'>,
  head: ResponseHead,
): JsonRecord {
  const asked = request.extras['openai-responses'] ?? {};
  const or = (key: string, fallback: unknown): unknown => asked[key] ?? fallback;
  const { reasoning } = request;
  return {
    id: head.id,
    object: 'response',
    created_at: head.createdAt,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: or('instructions', null),
    max_output_tokens: or('max_output_tokens', null),
    max_tool_calls: or('max_tool_calls', null),
    model: head.model,
    output: [],
    parallel_tool_calls: or('parallel_tool_calls', true),
    previous_response_id: request.state?.previousId ?? null,
    prompt_cache_key: or('prompt_cache_key', null),
    reasoning: { effort: reasoning?.effort ?? null, summary: reasoning?.summary ?? null },
    safety_identifier: or('safety_identifier', null),
    service_tier: or('service_tier', 'auto'),
    store: request.state?.store ?? false,
    temperature: or('temperature', 1),
    text: { format: { type: 'text' }, ...asObject(asked['text']) },
    tool_choice: or('tool_choice', 'auto'),
    tools: or('tools', []),
    top_logprobs: or('top_logprobs', 0),
    top_p: or('top_p', 1),
    truncation: or('truncation', 'disabled'),
    usage: null,
    user: or('user', null),
    metadata: or('metadata', {}),
  };
}

/**
 * A response that is still to be made, in the background. The body is repeated as it is: whether an upstream can do what it
 * asks is seen when it is asked.
 */
export function createQueuedResponse(
  body: JsonRecord,
  { previousId, ...head }: ResponseHead & { previousId: string | undefined },
): JsonRecord {
  const reasoning = asObject(body['reasoning']) ?? {};
  const { input: _, ...asked } = body;
  return {
    ...createResponseObject({ extras: { 'openai-responses': asked } }, head),
    status: 'queued',
    background: true,
    store: true,
    previous_response_id: previousId ?? null,
    reasoning: { effort: reasoning['effort'] ?? null, summary: reasoning['summary'] ?? null },
  };
}

/** Usage as this protocol has it: totals that include their parts. */
export function encodeUsage(usage: Usage): JsonRecord {
  const input = promptTokensOf(usage);
  const output = completionTokensOf(usage);
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.input.cacheRead,
      cache_write_tokens: usage.input.cacheWrite,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.output.reasoning },
    total_tokens: input + output,
  };
}

/** The members that say how an answer ended. `event` is that of the stream's last event. */
export function encodeFinish(finish: Finish): { event: string; members: JsonRecord } {
  const incomplete = (reason?: string): { event: string; members: JsonRecord } => ({
    event: 'response.incomplete',
    members: {
      status: 'incomplete',
      incomplete_details: reason === undefined ? null : { reason },
    },
  });
  switch (finish.reason) {
    case 'length':
    case 'context-window':
      return incomplete('max_output_tokens');
    case 'content-filter':
      return incomplete('content_filter');
    case 'pause':
      return incomplete();
    case 'error':
      return {
        event: 'response.failed',
        members: {
          status: 'failed',
          error: { code: 'server_error', message: 'The upstream ended its answer with an error.' },
        },
      };
    case 'stop':
    case 'stop-sequence':
    case 'tool-calls':
    case 'refusal':
    case 'malformed-call':
    case 'other':
      return { event: 'response.completed', members: { status: 'completed' } };
  }
}
