import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { completionTokensOf, promptTokensOf } from '@turnpike/core';
import { cutAt } from '../../wire/testing/cut-at.ts';
import { hasRecorded, readRecordedStream } from '../testing/recorded.ts';
import { MessagesStreamTap } from './messages-stream-tap.ts';
import { accumulateMessage, orderOf, readEvents } from './testing/accumulate-message.ts';

const createTap = (): MessagesStreamTap => new MessagesStreamTap({ streamUsage: 'always' });

function relay(tap: MessagesStreamTap, chunks: readonly (Buffer | string)[]): string {
  const sent = chunks.flatMap((chunk) => [...tap.push(Buffer.from(chunk as string))]);
  return Buffer.concat([...sent, ...tap.end()]).toString();
}

const event = (type: string, rest: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const start = event('message_start', {
  message: {
    id: 'msg_1',
    usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 },
  },
});
const ping = event('ping');
const open = event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
const delta = event('content_block_delta', {
  index: 0,
  delta: { type: 'text_delta', text: 'Hé "' },
});
const close = event('content_block_stop', { index: 0 });
const last = event('message_delta', {
  delta: { stop_reason: 'end_turn' },
  usage: { output_tokens: 7, input_tokens: null },
});
const stop = event('message_stop');

describe('MessagesStreamTap', () => {
  it('withholds the last event until it is asked for', () => {
    const tap = createTap();
    const sent = start + ping + open + delta + close + last;
    expect(relay(tap, [sent, stop])).toBe(sent);
    expect(tap.terminal().toString()).toBe(stop);
    expect(tap.facts).toMatchObject({
      isMeaningful: true,
      hasFinish: true,
      finishReason: 'end_turn',
      isTerminated: true,
    });
    expect(promptTokensOf(tap.facts.usage!)).toBe(15);
    expect(completionTokensOf(tap.facts.usage!)).toBe(7);
    expect(tap.generatedText()).toBe('Hé "');
  });

  it('holds back until something is said', () => {
    const tap = createTap();
    expect(tap.push(Buffer.from(start + ping + open))).toEqual([]);
    expect(Buffer.concat([...tap.push(Buffer.from(delta))]).toString()).toBe(
      start + ping + open + delta,
    );
  });

  it('takes the name of a called tool for something said', () => {
    const tap = createTap();
    const call = event('content_block_start', {
      index: 0,
      content_block: { type: 'tool_use', id: 'a', name: 'f', input: {} },
    });
    expect(tap.push(Buffer.from(start + call))).not.toEqual([]);
  });

  it.each([
    ['overloaded_error', 529],
    ['rate_limit_error', 429],
    ['api_error', 500],
  ])('never forwards an error of type %s', (type, status) => {
    const tap = createTap();
    expect(relay(tap, [start, event('error', { error: { type, message: 'm' } }), delta])).toBe('');
    expect(tap.facts.error).toMatchObject({ status, message: 'm', code: type });
  });

  it('passes a repeated start on once, and no second message', () => {
    expect(relay(createTap(), [start, start, open, delta])).toBe(start + open + delta);
    const tap = createTap();
    relay(tap, [start, open, delta, start.replace('msg_1', 'msg_2'), delta]);
    expect(tap.facts.error).toMatchObject({ code: 'bad_upstream_response' });
  });

  it('ends where the budget does, with everything closed', () => {
    const tap = createTap();
    const sent = relay(tap, [start + open, delta]) + tap.budgetCut().toString();
    const events = readEvents(sent);
    expect(orderOf(events)).toBe('m-start start0 delta0 stop0 m-delta m-stop');
    expect(accumulateMessage(events)).toMatchObject({
      stop_reason: 'max_tokens',
      content: [{ text: 'Hé "' }],
    });
    const between = createTap();
    relay(between, [start + open, delta, close]);
    expect(orderOf(readEvents(between.budgetCut().toString()))).toBe('m-delta m-stop');
  });

  it('drops a marker of another protocol', () => {
    expect(relay(createTap(), [start, open, delta, 'data: [DONE]\n\n'])).toBe(start + open + delta);
  });
});

(hasRecorded ? describe : describe.skip)('MessagesStreamTap on recorded streams', () => {
  it.each([
    'anthropic-text',
    'anthropic-json-tool.1',
    'anthropic-clear-thinking.1',
    'anthropic-message-delta-input-tokens',
    'anthropic-web-search-tool.1',
    'anthropic-code-execution-20250825.1',
    'anthropic-fallback',
  ])('relays %s byte for byte, cut anywhere, with its usage', (name) => {
    const stream = readRecordedStream(`anthropic/${name}.chunks.txt`, true);
    const { usage } = accumulateMessage(readEvents(stream.toString()));
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 40 }), (cuts) => {
        const tap = createTap();
        const sent = relay(tap, cutAt(stream, cuts));
        expect(sent + tap.terminal().toString() === stream.toString()).toBe(true);
        expect(completionTokensOf(tap.facts.usage!)).toBe(usage['output_tokens']);
        expect(tap.facts.usage!.input.uncached).toBe(usage['input_tokens']);
      }),
      { numRuns: 4 },
    );
  });
});
