import { describe, expect, it } from '@jest/globals';
import type { StreamEvent } from '@turnpike/core';
import { replayResponse } from '../../translate/replay-response.ts';
import { ChatStreamDecoder } from '../openai-chat/stream-decoder.ts';
import { decodeStream, encodeStream } from '../testing/decode-stream.ts';
import { hasRecorded, readRecordedStream } from '../testing/recorded.ts';
import { contextOf } from '../testing/translation.ts';
import {
  accumulateMessage,
  orderOf,
  readEvents,
  type SentEvent,
} from './testing/accumulate-message.ts';
import { MessagesStreamEncoder } from './stream-encoder.ts';

const at = (part: number): { candidate: 0; part: number } => ({ candidate: 0, part });
const start: StreamEvent = { type: 'start', id: 'chatcmpl-1', model: 'm', createdAt: 1 };
const finish: StreamEvent = { type: 'finish', candidate: 0, finish: { reason: 'stop' } };
const text = (part: number, delta: string): StreamEvent => ({ type: 'text', ...at(part), delta });
const args = (part: number, delta: string): StreamEvent => ({
  type: 'arguments',
  ...at(part),
  delta,
});
const end = (part: number): StreamEvent => ({ type: 'end', ...at(part) });
const open = (part: number, kind: 'text' | 'reasoning' = 'text'): StreamEvent => ({
  type: 'part',
  ...at(part),
  header: kind === 'text' ? { kind } : { kind, form: 'text' },
});
const call = (part: number, callId: string, name = 'get'): StreamEvent => ({
  type: 'part',
  ...at(part),
  header: { kind: 'tool-call', callId, name, tool: 'function' },
});

function encode(events: readonly StreamEvent[], headers = {}): SentEvent[] {
  const encoder = new MessagesStreamEncoder(contextOf('messages', { headers }));
  return readEvents(encodeStream(encoder, events));
}

describe('MessagesStreamEncoder', () => {
  it('writes a message as the official service does', () => {
    const sent = encode([
      start,
      open(0),
      text(0, 'Let '),
      text(0, 'me'),
      end(0),
      call(1, 'a'),
      args(1, '{"x"'),
      args(1, ':1}'),
      end(1),
      { type: 'finish', candidate: 0, finish: { reason: 'tool-calls' } },
      {
        type: 'usage',
        usage: {
          input: { uncached: 56, cacheRead: 64, cacheWrite: 0 },
          output: { text: 32, reasoning: 8 },
          source: 'reported',
        },
      },
      { type: 'done' },
    ]);
    expect(orderOf(sent)).toBe(
      'm-start ping start0 delta0 delta0 stop0 start1 delta1 delta1 stop1 m-delta m-stop',
    );
    expect(accumulateMessage(sent)).toEqual({
      id: 'msg_2026req1',
      type: 'message',
      role: 'assistant',
      model: 'asked',
      content: [
        { type: 'text', text: 'Let me' },
        { type: 'tool_use', id: 'a', name: 'get', input: { x: 1 } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 56,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 64,
        output_tokens: 40,
      },
    });
    expect(sent[0]?.message?.usage.input_tokens).toBeGreaterThan(0);
  });

  it('has one block open at a time, whatever order the parts come in', () => {
    const sent = encode([
      start,
      call(0, 'a'),
      args(0, '{"p":'),
      call(1, 'b', 'other'),
      args(1, '{}'),
      end(1),
      open(2),
      text(2, 'aside'),
      args(0, '"q"}'),
      end(0),
      text(2, '!'),
      end(2),
      finish,
    ]);
    expect(orderOf(sent)).toBe(
      'm-start ping start0 delta0 delta0 stop0 start1 delta1 stop1 start2 delta2 delta2 stop2 m-delta m-stop',
    );
    const { content } = accumulateMessage(sent);
    expect(content).toMatchObject([
      { id: 'a', input: { p: 'q' } },
      { id: 'b', input: {} },
      { text: 'aside!' },
    ]);
  });

  it('gives up when too much waits', () => {
    const encoder = new MessagesStreamEncoder(contextOf('messages'));
    for (const event of [start, call(0, 'a'), call(1, 'b')]) encoder.push(event);
    const piece = 'x'.repeat(1024 * 1024);
    for (let index = 0; index < 4; index++) encoder.push(args(1, piece));
    expect(() => encoder.push(args(1, piece))).toThrow(
      expect.objectContaining({ code: 'bad_upstream_response' }),
    );
  });

  it('sends one signature at the end of a thought, sealed where it is not its own', () => {
    const state = (family: 'anthropic' | 'gemini'): StreamEvent => ({
      type: 'state',
      ...at(0),
      state: { family, kind: 'signature', value: 'S' },
    });
    const thoughts = (event: StreamEvent): SentEvent[] =>
      encode([start, open(0, 'reasoning'), event, text(0, 'hm'), end(0), finish]);
    expect(orderOf(thoughts(state('gemini')))).toMatch(/start0 delta0 delta0 stop0/);
    expect(accumulateMessage(thoughts(state('gemini'))).content).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 'gw1.gemini.signature.S' },
    ]);
    expect(accumulateMessage(thoughts(state('anthropic'))).content[0]?.signature).toBe('S');
  });

  it('carries thoughts that nobody may read', () => {
    const sent = encode([
      start,
      open(0, 'reasoning'),
      { type: 'state', ...at(0), state: { family: 'anthropic', kind: 'redacted', value: 'R' } },
      { type: 'end', ...at(0), final: { kind: 'reasoning', isRedacted: true } },
      finish,
    ]);
    expect(accumulateMessage(sent).content).toEqual([{ type: 'redacted_thinking', data: 'R' }]);
  });

  it('leaves out blocks with nothing in them, without a gap', () => {
    const sent = encode([start, open(0), end(0), open(1), text(1, 'x'), end(1), finish]);
    expect(accumulateMessage(sent).content).toEqual([{ type: 'text', text: 'x' }]);
  });

  it('lets a call without arguments be one, and blanks alone are none', () => {
    const sent = encode([start, call(0, 'a'), args(0, ' '), end(0), finish]);
    expect(orderOf(sent)).toMatch(/start0 stop0/);
    expect(accumulateMessage(sent)).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ input: {} }],
    });
  });

  it('ends an answer without any content properly', () => {
    expect(orderOf(encode([start, finish]))).toBe('m-start ping m-delta m-stop');
  });

  it('has members without a value as null for clients of the newest version only', () => {
    const events = [start, open(0), text(0, 'x'), end(0), call(1, 'a'), end(1), finish];
    const older = JSON.stringify(encode(events, { 'anthropic-version': '2023-06-01' }));
    expect(older).not.toMatch(/citations|container|caller|server_tool_use/);
    const newest = accumulateMessage(encode(events, { 'anthropic-version': '2026-10-21' }));
    expect(newest).toMatchObject({
      container: null,
      stop_details: null,
      content: [{ citations: null }, { caller: { type: 'direct' } }],
      usage: { server_tool_use: null, cache_creation: null },
    });
  });

  it('tells what has no place in a message', () => {
    const encoder = new MessagesStreamEncoder(contextOf('messages'));
    const image: StreamEvent = {
      type: 'part',
      ...at(0),
      header: { kind: 'media', media: 'image' },
    };
    encodeStream(encoder, [
      start,
      image,
      end(0),
      { ...open(0), candidate: 1 } as StreamEvent,
      finish,
    ]);
    expect(encoder.losses.map(({ at: place, severity }) => `${severity} ${place}`)).toEqual([
      'fatal answer.image',
      'fatal answer.candidates',
    ]);
  });

  it('writes a replayed answer like a streamed one', () => {
    const sent = encode(
      replayResponse({
        id: 'x',
        model: 'm',
        createdAt: 0,
        extras: {},
        losses: [],
        candidates: [
          {
            index: 0,
            finish: { reason: 'length' },
            parts: [
              { kind: 'reasoning', summary: ['one', 'two'] },
              { kind: 'text', text: 'Hi' },
            ],
          },
        ],
      }),
    );
    expect(accumulateMessage(sent)).toMatchObject({
      stop_reason: 'max_tokens',
      content: [{ thinking: 'one\n\ntwo' }, { text: 'Hi' }],
    });
  });
});

(hasRecorded ? describe : describe.skip)('MessagesStreamEncoder on recorded chat streams', () => {
  it.each([
    ['alibaba/alibaba-tool-call', 'tool_use'],
    ['deepseek/chat/deepseek-tool-call', 'tool_use'],
    ['deepseek/chat/deepseek-reasoning', 'end_turn'],
    ['mistral/mistral-reasoning', 'end_turn'],
    ['mistral/mistral-incremental-tool-call', 'tool_use'],
    ['openai-compatible/chat/xai-tool-call', 'tool_use'],
  ])('makes a message of %s', (name, reason) => {
    const events = decodeStream(new ChatStreamDecoder({ streamUsage: 'on-request' }), [
      readRecordedStream(`${name}.chunks.txt`),
    ]);
    const message = accumulateMessage(encode(events));
    expect(message.stop_reason).toBe(reason);
    expect(message.content.length).toBeGreaterThan(0);
    expect(message.usage.output_tokens).toBeGreaterThan(0);
  });
});
