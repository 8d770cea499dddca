import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { completionTokensOf, promptTokensOf, type StreamEvent } from '@turnpike/core';
import { foldEvents } from '../../translate/event-folder.ts';
import { cutAt } from '../../wire/testing/cut-at.ts';
import { checkGrammar, decodeStream, encodeStream } from '../testing/decode-stream.ts';
import { hasRecorded, readRecordedStream } from '../testing/recorded.ts';
import { contextOf } from '../testing/translation.ts';
import { decodeMessage } from './decode-response.ts';
import { MessagesStreamDecoder } from './stream-decoder.ts';
import { MessagesStreamEncoder } from './stream-encoder.ts';
import { accumulateMessage, readEvents } from './testing/accumulate-message.ts';

const dialect = { streamUsage: 'always' } as const;

function decode(stream: string | Buffer, cuts: readonly number[] = []): StreamEvent[] {
  const pieces = cutAt(Buffer.from(stream as string), [...cuts]);
  const events = decodeStream(new MessagesStreamDecoder(dialect), pieces);
  checkGrammar(events);
  return events;
}

const event = (type: string, rest: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const start = event('message_start', {
  message: { id: 'msg_1', model: 'claude', usage: { input_tokens: 43, output_tokens: 1 } },
});
const block = (index: number, content_block: object): string =>
  event('content_block_start', { index, content_block });
const delta = (index: number, members: object): string =>
  event('content_block_delta', { index, delta: members });
const stop = (index: number): string => event('content_block_stop', { index });
const last = (reason: string, usage: object = { output_tokens: 48 }): string =>
  event('message_delta', { delta: { stop_reason: reason, stop_sequence: null }, usage }) +
  event('message_stop');
const orderOf = (events: readonly StreamEvent[]): string =>
  events.map((one) => ('part' in one ? `${one.type}${one.part}` : one.type)).join(' ');

describe('MessagesStreamDecoder', () => {
  it('reads thoughts, words and calls', () => {
    const events = decode(
      start +
        block(0, { type: 'thinking', thinking: '', signature: '' }) +
        delta(0, { type: 'thinking_delta', thinking: 'Need a tool.' }) +
        delta(0, { type: 'signature_delta', signature: 'c2ln' }) +
        stop(0) +
        block(1, { type: 'text', text: '' }) +
        event('ping') +
        delta(1, { type: 'text_delta', text: 'Checking.' }) +
        stop(1) +
        block(2, { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} }) +
        delta(2, { type: 'input_json_delta', partial_json: '' }) +
        stop(2) +
        block(3, { type: 'tool_use', id: 'toolu_2', name: 'wx', input: {} }) +
        delta(3, { type: 'input_json_delta', partial_json: '{"city":' }) +
        delta(3, { type: 'input_json_delta', partial_json: '"Oslo"}' }) +
        stop(3) +
        last('tool_use', { input_tokens: 61, output_tokens: 48 }),
    );
    expect(orderOf(events)).toBe(
      'start part0 text0 state0 end0 part1 ping text1 end1 part2 end2 part3 arguments3 arguments3 end3 usage finish done',
    );
    const { candidates, usage } = foldEvents(events);
    expect(candidates[0]).toMatchObject({
      finish: { reason: 'tool-calls', raw: 'tool_use' },
      parts: [
        { text: 'Need a tool.', state: [{ family: 'anthropic', value: 'c2ln' }] },
        { text: 'Checking.' },
        { callId: 'toolu_1', argumentsJson: '{}' },
        { callId: 'toolu_2', argumentsJson: '{"city":"Oslo"}' },
      ],
    });
    // The figure of the prompt was corrected: neither the first one nor the sum of both.
    expect(promptTokensOf(usage!)).toBe(61);
    expect(completionTokensOf(usage!)).toBe(48);
  });

  it('takes the input that a server gives at the beginning of a call', () => {
    const call = block(0, { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } });
    const events = decode(start + call + stop(0) + last('tool_use'));
    expect(events).toContainEqual({ type: 'arguments', candidate: 0, part: 0, delta: '{"x":1}' });
  });

  it('passes over a start that is repeated, and refuses another message', () => {
    const text = block(0, { type: 'text', text: 'x' }) + stop(0) + last('end_turn');
    expect(orderOf(decode(start + start + text))).toBe('start part0 text0 end0 usage finish done');
    const other = start.replace('msg_1', 'msg_2');
    expect(orderOf(decode(start + other + text))).toBe('start error done');
  });

  it.each([
    ['overloaded_error', 529],
    ['rate_limit_error', 429],
    ['api_error', 500],
    ['invalid_request_error', 400],
    ['something_new', 500],
  ])('gives an error event of type %s the status %d', (type, status) => {
    const events = decode(start + event('error', { error: { type, message: 'Overloaded' } }));
    expect(events.slice(-2)).toMatchObject([
      { type: 'error', error: { status, message: 'Overloaded', type } },
      { type: 'done' },
    ]);
  });

  it('says that a stream was cut, unless it had come to its finish', () => {
    const text = block(0, { type: 'text', text: 'x' });
    expect(orderOf(decode(start + text))).toBe('start part0 text0 error done');
    const ended = event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: {} });
    expect(orderOf(decode(start + text + ended))).toBe('start part0 text0 end0 usage finish done');
    expect(orderOf(decode(''))).toBe('error done');
  });

  it('keeps why an answer was refused, and at what it stopped', () => {
    const details = { type: 'refusal', category: 'cyber', explanation: 'Blocked.' };
    const refused = event('message_delta', {
      delta: { stop_reason: 'refusal', stop_details: details },
      usage: { output_tokens: 5 },
    });
    expect(foldEvents(decode(start + refused)).candidates[0]?.finish).toEqual({
      reason: 'refusal',
      raw: 'refusal',
      details,
    });
    const stopped = event('message_delta', {
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
      usage: {},
    });
    expect(foldEvents(decode(start + stopped)).candidates[0]?.finish).toMatchObject({
      reason: 'stop-sequence',
      stopSequence: 'END',
    });
  });
});

const recorded: readonly string[] = [
  'anthropic-text',
  'anthropic-json-tool.1',
  'anthropic-json-tool.2',
  'anthropic-json-other-tool.1',
  'anthropic-message-delta-input-tokens',
  'anthropic-clear-thinking.1',
  'anthropic-clear-tool-uses.1',
  'anthropic-combined-context-editing.1',
  'anthropic-web-search-tool.1',
  'anthropic-web-fetch-tool.1',
  'anthropic-web-fetch-tool-20260209.1',
  'anthropic-code-execution-20250825.1',
  'anthropic-code-execution-20250825.2',
  'anthropic-programmatic-tool-calling.1',
  'anthropic-tool-search-bm25.1',
  'anthropic-tool-search-deferred-bm25',
  'anthropic-tool-search-deferred-regex',
  'anthropic-mcp.1',
  'anthropic-fallback',
  'anthropic-advisor-20250301.1',
  'anthropic-advisor-stop-reasons',
  'duplicate-message-start',
];

/** Some files hold several answers one after the other: the first one. */
function readFirst(name: string): Buffer {
  const stream = readRecordedStream(`anthropic/${name}.chunks.txt`, true);
  const end = stream.indexOf('\n\n', stream.indexOf('event: message_stop'));
  return stream.subarray(0, end + 2);
}

(hasRecorded ? describe : describe.skip)('MessagesStreamDecoder on recorded streams', () => {
  it.each(recorded)('makes of %s what the whole message would be, cut anywhere', (name) => {
    const stream = readFirst(name);
    const message = accumulateMessage(readEvents(stream.toString()));
    const expected = decodeMessage({ ...message }, dialect);
    expect(expected.candidates[0]?.parts.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 30 }), (cuts) => {
        expect(foldEvents(decode(stream, cuts))).toEqual(expected);
      }),
      { numRuns: 2 },
    );
    expect(completionTokensOf(expected.usage!)).toBe(message.usage['output_tokens']);
    expect(promptTokensOf(expected.usage!)).toBe(
      ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens']
        .map((key) => Number(message.usage[key] ?? 0))
        .reduce((sum, figure) => sum + figure),
    );
  });

  it.each(recorded)('gives a client of the same family the blocks of %s', (name) => {
    const stream = readFirst(name);
    const message = accumulateMessage(readEvents(stream.toString()));
    const sent = encodeStream(new MessagesStreamEncoder(contextOf('messages')), decode(stream));
    const received = accumulateMessage(readEvents(sent));
    const shapeOf = (one: typeof message): unknown =>
      one.content
        .filter(({ type }) => type !== 'server_tool_use' && type !== 'mcp_tool_use')
        .map(({ type, text, input }) => [type, text, input]);
    expect(shapeOf(received)).toEqual(shapeOf(message));
    expect(received.stop_reason).toBe(message.stop_reason);
  });

  it('does not mix two messages that were spliced into one stream', () => {
    const events = decode(readRecordedStream('anthropic/spliced-message-start.chunks.txt', true));
    expect(events.slice(-2)).toMatchObject([{ type: 'error' }, { type: 'done' }]);
  });
});
