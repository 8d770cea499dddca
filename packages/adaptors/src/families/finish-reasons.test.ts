import { describe, expect, it } from '@jest/globals';
import {
  conversationOperations,
  families,
  type CanonicalResponse,
  type Family,
  type Finish,
  type FinishReason,
  type Part,
} from '@turnpike/core';
import { replayResponse } from '../translate/replay-response.ts';
import { findClientCodec } from './index.ts';
import { encodeStream } from './testing/decode-stream.ts';
import { contextOf } from './testing/translation.ts';

const call: Part = {
  kind: 'tool-call',
  callId: 'c1',
  name: 'f',
  tool: 'function',
  argumentsJson: '{}',
};

function answer(finish: Finish, ...parts: readonly Part[]): CanonicalResponse {
  const said: readonly Part[] = parts.length > 0 ? parts : [{ kind: 'text', text: 'Hi' }];
  const candidates = [{ index: 0, parts: said, finish }];
  return { id: 'a', model: 'm', createdAt: 7, candidates, extras: {}, losses: [] };
}

/** How an answer ends at a door: whole, and in its stream's last words. */
function endingsAt(door: Family, response: CanonicalResponse): { whole: string; streamed: string } {
  const codec = findClientCodec(door)!;
  const asked = contextOf(conversationOperations[door]);
  const context = { ...asked, path: { ...asked.path, isStream: true, search: '?alt=sse' } };
  return {
    whole: JSON.stringify(codec.encodeResponse(response, asked).body),
    streamed: encodeStream(codec.createStreamEncoder(context), replayResponse(response)),
  };
}

const members: Readonly<Record<Exclude<Family, 'openai-responses'>, RegExp>> = {
  'openai-chat': /"finish_reason":"([^"]+)"/g,
  anthropic: /"stop_reason":"([^"]+)"/g,
  gemini: /"finishReason":"([^"]+)"/g,
};

function lastOf(door: Family, text: string): string {
  if (door === 'openai-responses') return responsesEnding(text);
  return [...text.matchAll(members[door])].at(-1)?.[1] ?? 'nothing';
}

/** Status and reason of the response object that is said last. */
function responsesEnding(text: string): string {
  const frames = text.split('\n').filter((line) => line.startsWith('data: '));
  const body = JSON.parse(frames.at(-1)?.slice(6) ?? text) as Record<string, unknown>;
  const response = (body['response'] ?? body) as {
    status: string;
    incomplete_details?: { reason: string } | null;
  };
  return [response.status, response.incomplete_details?.reason ?? []].flat().join(' ');
}

/** Rows of the model's table: chat, Responses, Anthropic, Gemini. */
const rows: readonly (readonly [FinishReason, string, string, string, string])[] = [
  ['stop', 'stop', 'completed', 'end_turn', 'STOP'],
  ['stop-sequence', 'stop', 'completed', 'stop_sequence', 'STOP'],
  ['length', 'length', 'incomplete max_output_tokens', 'max_tokens', 'MAX_TOKENS'],
  [
    'context-window',
    'length',
    'incomplete max_output_tokens',
    'model_context_window_exceeded',
    'MAX_TOKENS',
  ],
  ['content-filter', 'content_filter', 'incomplete content_filter', 'refusal', 'SAFETY'],
  ['refusal', 'content_filter', 'completed', 'refusal', 'SAFETY'],
  ['pause', 'stop', 'incomplete', 'pause_turn', 'CONTINUATION'],
  ['malformed-call', 'stop', 'completed', 'end_turn', 'MALFORMED_FUNCTION_CALL'],
  ['other', 'stop', 'completed', 'end_turn', 'OTHER'],
];
const doors = ['openai-chat', 'openai-responses', 'anthropic', 'gemini'] as const;
const cells = rows.flatMap(([reason, ...words]) =>
  doors.map((door, at) => ({ reason, door, word: words[at]! })),
);

describe('how an answer ends', () => {
  it.each(cells)('$reason is $word at the door of $door, whole and streamed', (cell) => {
    const { reason, door, word } = cell;
    const finish = { reason, ...(reason === 'stop-sequence' && { stopSequence: 'END' }) };
    const { whole, streamed } = endingsAt(door, answer(finish));
    expect(lastOf(door, whole)).toBe(word);
    expect(lastOf(door, streamed)).toBe(word);
  });

  it.each([
    ['openai-chat', 'tool_calls'],
    ['openai-responses', 'completed'],
    ['anthropic', 'tool_use'],
    ['gemini', 'STOP'],
  ] as const)(
    'with a call is a call at the door of %s, whatever the upstream says',
    (door, word) => {
      for (const reason of ['tool-calls', 'stop'] as const) {
        const { whole, streamed } = endingsAt(door, answer({ reason }, call));
        expect([lastOf(door, whole), lastOf(door, streamed)]).toEqual([word, word]);
      }
    },
  );

  it.each([
    ['openai-chat', 'stop'],
    ['openai-responses', 'completed'],
    ['anthropic', 'end_turn'],
    ['gemini', 'STOP'],
  ] as const)('without a call is no call at the door of %s', (door, word) => {
    const { whole, streamed } = endingsAt(door, answer({ reason: 'tool-calls' }));
    expect([lastOf(door, whole), lastOf(door, streamed)]).toEqual([word, word]);
  });

  it('is known at every door', () => {
    expect([...doors].sort()).toEqual([...families].sort());
  });
});
