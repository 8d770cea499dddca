import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { completionTokensOf, promptTokensOf, type StreamEvent } from '@turnpike/core';
import type { ChatTraits } from '../../codec.ts';
import { foldEvents } from '../../translate/event-folder.ts';
import { cutAt } from '../../wire/testing/cut-at.ts';
import { checkGrammar, decodeStream } from '../testing/decode-stream.ts';
import { hasRecorded, readRecorded, readRecordedStream } from '../testing/recorded.ts';
import { decodeChatResponse } from './decode-response.ts';
import { ChatStreamDecoder } from './stream-decoder.ts';
import { joinChunks } from './testing/join-chunks.ts';

const dialect = { streamUsage: 'on-request' } as const;

function decode(
  stream: string | Buffer,
  cuts: readonly number[] = [],
  traits?: ChatTraits,
): StreamEvent[] {
  const decoder = new ChatStreamDecoder(
    traits === undefined ? dialect : { ...dialect, chat: () => traits },
  );
  const events = decodeStream(decoder, cutAt(Buffer.from(stream as string), [...cuts]));
  checkGrammar(events);
  return events;
}

const chunk = (choice: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c1', created: 7, model: 'm', choices: [{ index: 0, ...choice }], ...rest })}\n\n`;
const delta = (members: object): string => chunk({ delta: members });
const finish = (reason: string): string => chunk({ delta: {}, finish_reason: reason });
const call = (
  index: number | undefined,
  members: object,
  args?: string,
  name?: string,
): object => ({
  ...(index !== undefined && { index }),
  ...members,
  function: { ...(name !== undefined && { name }), ...(args !== undefined && { arguments: args }) },
});
const done = 'data: [DONE]\n\n';

/** What was said, part by part, in the order in which the parts began. */
const partsOf = (events: readonly StreamEvent[]): unknown[] =>
  foldEvents(events).candidates[0]!.parts.map((part) =>
    part.kind === 'tool-call'
      ? [part.callId, part.name, part.argumentsJson]
      : [part.kind, 'text' in part && part.text],
  );
const orderOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => ('part' in event ? `${event.type}${event.part}` : event.type)).join(' ');

describe('ChatStreamDecoder', () => {
  it('opens and closes parts by what the fields are', () => {
    const events = decode(
      delta({ role: 'assistant', content: '' }) +
        delta({ reasoning_content: 'hm' }) +
        delta({ content: 'Hi' }) +
        delta({ tool_calls: [call(0, { id: 'a' }, '', 'get')] }) +
        delta({ tool_calls: [call(0, {}, '{}')] }) +
        finish('tool_calls') +
        done,
    );
    expect(orderOf(events)).toBe(
      'start part0 text0 end0 part1 text1 end1 part2 arguments2 end2 finish done',
    );
    expect(partsOf(events)).toEqual([
      ['reasoning', 'hm'],
      ['text', 'Hi'],
      ['a', 'get', '{}'],
    ]);
  });

  it('closes a call when another begins and its arguments are whole, not before', () => {
    const events = decode(
      delta({ tool_calls: [call(0, { id: 'a' }, '{"x":"}', 'f')] }) +
        delta({ tool_calls: [call(1, { id: 'b' }, '{}', 'g')] }) +
        delta({ tool_calls: [call(0, {}, '"}')] }) +
        delta({ tool_calls: [call(2, { id: 'c' }, '{}', 'h')] }) +
        finish('tool_calls'),
    );
    expect(orderOf(events)).toBe(
      'start part0 arguments0 part1 arguments1 end1 arguments0 end0 part2 arguments2 end2 finish done',
    );
  });

  it.each([
    [
      'no index at all',
      [call(undefined, { id: 'a' }, '{}', 'f'), call(undefined, { id: 'b' }, '{}', 'g')],
    ],
    ['one index for all', [call(0, { id: 'a' }, '{}', 'f'), call(0, { id: 'b' }, '{}', 'g')]],
    ['indices from one', [call(1, { id: 'a' }, '{}', 'f'), call(2, { id: 'b' }, '{}', 'g')]],
  ])('tells parallel calls apart: %s', (_title, calls) => {
    const events = decode(
      calls.map((one) => delta({ tool_calls: [one] })).join('') + finish('stop'),
    );
    expect(partsOf(events)).toEqual([
      ['a', 'f', '{}'],
      ['b', 'g', '{}'],
    ]);
    expect(foldEvents(events).candidates[0]?.finish.reason).toBe('tool-calls');
  });

  it('reads a thought once that its details say again when it is over', () => {
    const detail = { type: 'reasoning.text', text: 'hm', signature: 'S', index: 0 };
    const events = decode(
      delta({ reasoning_content: 'hm' }) +
        delta({ reasoning_details: [detail] }) +
        delta({ content: 'Hi' }) +
        finish('stop'),
    );
    expect(foldEvents(events).candidates[0]?.parts).toMatchObject([
      { kind: 'reasoning', text: 'hm', state: [{ kind: 'signature' }] },
      { kind: 'text', text: 'Hi' },
    ]);
    const alone = decode(delta({ reasoning_details: [detail] }) + finish('stop'));
    expect(partsOf(alone)).toEqual([['reasoning', 'hm']]);
  });

  it('gives fragments without an index to the last call', () => {
    const events = decode(
      delta({ tool_calls: [call(undefined, { id: 'a' }, '', 'f')] }) +
        delta({ tool_calls: [call(undefined, {}, '{"k"')] }) +
        delta({ tool_calls: [call(undefined, {}, ':1}')] }) +
        finish('tool_calls'),
    );
    expect(partsOf(events)).toEqual([['a', 'f', '{"k":1}']]);
  });

  it('takes repeated ids and names once, and waits for a late name', () => {
    const repeated = decode(
      delta({ tool_calls: [call(0, { id: 'a' }, '{', 'f')] }) +
        delta({ tool_calls: [call(0, { id: 'a' }, '}', 'f')] }) +
        finish('tool_calls'),
    );
    expect(partsOf(repeated)).toEqual([['a', 'f', '{}']]);
    const late = decode(
      delta({ tool_calls: [call(0, { id: 'a' }, '{')] }) +
        delta({ tool_calls: [call(0, {}, '}', 'f')] }) +
        finish('tool_calls'),
    );
    expect(partsOf(late)).toEqual([['a', 'f', '{}']]);
  });

  it('reads calls of the old form', () => {
    const events = decode(
      delta({ function_call: { name: 'f', arguments: '{' } }) +
        delta({ function_call: { arguments: '}' } }) +
        finish('function_call') +
        done,
    );
    expect(partsOf(events)).toMatchObject([[expect.stringMatching(/^call_/), 'f', '{}']]);
  });

  it('keeps candidates apart', () => {
    const two = (index: number, content: string): string => chunk({ index, delta: { content } });
    const events = decode(
      two(0, 'a') +
        two(1, 'b') +
        two(0, 'c') +
        chunk({ index: 1, delta: {}, finish_reason: 'length' }) +
        chunk({ index: 0, delta: {}, finish_reason: 'stop' }) +
        done,
    );
    expect(foldEvents(events).candidates).toMatchObject([
      { parts: [{ text: 'ac' }], finish: { reason: 'stop' } },
      { parts: [{ text: 'b' }], finish: { reason: 'length' } },
    ]);
  });

  it('finds thoughts between tags, wherever these are cut', () => {
    const text = '<think>\nso <b></think>\n\nYes, <think> is a tag';
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
        const pieces = cutAt(Buffer.from(text), cuts).map(String);
        const stream = pieces.map((content) => delta({ content })).join('') + finish('stop');
        expect(partsOf(decode(stream, [], { thinkTags: true }))).toEqual([
          ['reasoning', 'so <b>'],
          ['text', 'Yes, <think> is a tag'],
        ]);
      }),
    );
  });

  it('reports usage wherever it comes, the last one last', () => {
    const usage = { prompt_tokens: 8, completion_tokens: 1, total_tokens: 9 };
    for (const last of [
      chunk({ delta: {}, finish_reason: 'stop', usage }),
      chunk({ delta: {}, finish_reason: 'stop' }, { usage }),
      finish('stop') + `data: ${JSON.stringify({ id: 'c1', choices: [], usage })}\n\n`,
    ]) {
      const response = foldEvents(decode(delta({ content: 'x' }) + last + done));
      expect(promptTokensOf(response.usage!)).toBe(8);
      expect(completionTokensOf(response.usage!)).toBe(1);
    }
  });

  it('says that a stream was cut, unless it had come to its finish', () => {
    expect(decode(delta({ content: 'x' })).slice(-2)).toMatchObject([
      { type: 'error', error: { code: 'upstream_stream_truncated' } },
      { type: 'done' },
    ]);
    expect(orderOf(decode(delta({ content: 'x' }) + finish('stop')))).toMatch(/finish done$/);
    expect(orderOf(decode(delta({ content: 'x' }) + done))).toMatch(/end0 finish done$/);
    expect(orderOf(decode(''))).toBe('error done');
  });

  it.each([
    ['an error frame', 'data: {"error":{"message":"m","code":"server_error"}}\n\n'],
    ['a choice that failed', chunk({ delta: {}, finish_reason: 'insufficient_system_resource' })],
    ['a code of the vendor', 'data: {"base_resp":{"status_code":1002,"status_msg":"m"}}\n\n'],
  ])('stops at %s', (_title, frame) => {
    expect(orderOf(decode(delta({ content: 'x' }) + frame + delta({ content: 'y' })))).toBe(
      'start part0 text0 error done',
    );
  });

  it('passes over frames that it cannot read', () => {
    expect(
      orderOf(decode(delta({ content: 'x' }) + 'data: {oops\n\n' + finish('stop') + done)),
    ).toBe('start part0 text0 raw end0 finish done');
  });
});

const recorded: readonly string[] = [
  'alibaba/alibaba-text',
  'alibaba/alibaba-tool-call',
  'alibaba/alibaba-reasoning',
  'deepseek/chat/deepseek-text',
  'deepseek/chat/deepseek-tool-call',
  'deepseek/chat/deepseek-reasoning',
  'mistral/mistral-text',
  'mistral/mistral-tool-call',
  'mistral/mistral-incremental-tool-call',
  'mistral/mistral-reasoning',
  'moonshotai/moonshotai-stream',
  'openai/chat/azure-model-router.1',
  'openai-compatible/chat/xai-text',
  'openai-compatible/chat/xai-tool-call',
  'perplexity/perplexity-citations',
];

(hasRecorded ? describe : describe.skip)('ChatStreamDecoder on recorded streams', () => {
  it.each(recorded)('makes of %s what the whole answer would be, cut anywhere', (name) => {
    const stream = readRecordedStream(`${name}.chunks.txt`);
    const whole = joinChunks(readRecorded(`${name}.chunks.txt`).toString());
    const expected = decodeChatResponse(whole, dialect);
    expect(expected.candidates[0]?.parts.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 30 }), (cuts) => {
        expect(foldEvents(decode(stream, cuts))).toEqual(expected);
      }),
      { numRuns: 3 },
    );
    const reported = whole['usage'] as Record<string, number>;
    expect(promptTokensOf(expected.usage!)).toBe(reported['prompt_tokens']);
    const total = reported['total_tokens']! - reported['prompt_tokens']!;
    expect(completionTokensOf(expected.usage!)).toBe(total);
  });

  it('reads a stream as a compatible server wrote it', () => {
    const stream = readRecorded('openai-compatible/chat/anthropic-fallback-tool-call.sse');
    expect(partsOf(decode(stream))).toEqual([
      ['text', 'Reading it.'],
      ['toolu_sanitized', 'read_file', '{"path": "a.txt"}'],
    ]);
  });
});
