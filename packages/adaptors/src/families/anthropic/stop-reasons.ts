import type { Finish, FinishReason } from '@turnpike/core';

const reasons: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'context-window',
  refusal: 'refusal',
  pause_turn: 'pause',
  compaction: 'stop',
};

/** @returns undefined where the message has not ended */
export function readStopReason(value: unknown): Finish | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return { reason: reasons[value] ?? 'other', raw: value };
}

const words: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  'tool-calls': 'tool_use',
  length: 'max_tokens',
  'context-window': 'model_context_window_exceeded',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  'malformed-call': 'end_turn',
  error: 'end_turn',
  other: 'end_turn',
};

/** Without its value a stop sequence is none that a client could tell from an end. */
export function writeStopReason({ reason, stopSequence }: Finish): string {
  return reason === 'stop-sequence' && stopSequence === undefined ? 'end_turn' : words[reason];
}
