import type { Finish, FinishReason } from '@turnpike/core';

/** Words of the chat family and its vendors. */
const reasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  normal: 'stop',
  stop_sequence: 'stop-sequence',
  length: 'length',
  max_tokens: 'length',
  model_context_window_exceeded: 'context-window',
  model_length: 'context-window',
  tool_calls: 'tool-calls',
  tool_use: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  sensitive: 'content-filter',
  // The upstream broke off; see DeepSeek and Zhipu.
  insufficient_system_resource: 'error',
  aborted: 'error',
  network_error: 'error',
  error: 'error',
};

/**
 * @param value what a choice says; nothing, empty text and the word `null` mean that it has not ended
 */
export function readFinish(value: unknown): Finish | undefined {
  if (typeof value !== 'string' || value === '' || value === 'null') return undefined;
  return { reason: reasons[value] ?? 'other', raw: value };
}

const words: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  'stop-sequence': 'stop',
  'tool-calls': 'tool_calls',
  length: 'length',
  'context-window': 'length',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  'malformed-call': 'stop',
  error: 'stop',
  other: 'stop',
};

export function writeFinish({ reason }: Finish): string {
  return words[reason];
}
