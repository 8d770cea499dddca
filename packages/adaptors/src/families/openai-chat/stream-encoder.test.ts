import { describe, expect, it } from '@jest/globals';
import { completionTokensOf, promptTokensOf, type StreamEvent } from '@turnpike/core';
import { foldEvents } from '../../translate/event-folder.ts';
import { replayResponse } from '../../translate/replay-response.ts';
import { decodeMessage } from '../anthropic/decode-response.ts';
import { MessagesStreamDecoder } from '../anthropic/stream-decoder.ts';
import { checkGrammar, decodeStream, encodeStream } from '../testing/decode-stream.ts';
import { hasRecorded, readRecorded, readRecordedStream } from '../testing/recorded.ts';
import { contextOf, emptyRequest } from '../testing/translation.ts';
import { decodeChatResponse } from './decode-response.ts';
import { encodeCompletion } from './encode-response.ts';
import { ChatStreamDecoder } from './stream-decoder.ts';
import { ChatStreamEncoder } from './stream-encoder.ts';

interface Chunk {
  id: string;
  created: number;
  model: string;
  choices: { index: number; delta: Record<string, unknown>; finish_reason: string | null }[];
  usage?: Record<string, number> | null;
}

const dialect = { streamUsage: 'on-request' } as const;
const event = (type: string, rest: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;

/** The stream of the specification's test vector: a thought, words, two calls, one of them without arguments. */
const messages = [
  event('message_start', {
    message: { id: 'msg_1', model: 'claude', usage: { input_tokens: 43, output_tokens: 1 } },
  }),
  event('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '' } }),
  event('content_block_delta', {
    index: 0,
    delta: { type: 'thinking_delta', thinking: 'Need a tool.' },
  }),
  event('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'c2ln' } }),
  event('content_block_stop', { index: 0 }),
  event('content_block_start', { index: 1, content_block: { type: 'text', text: '' } }),
  event('content_block_delta', { index: 1, delta: { type: 'text_delta', text: 'Checking.' } }),
  event('content_block_stop', { index: 1 }),
  event('content_block_start', {
    index: 2,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} },
  }),
  event('content_block_delta', { index: 2, delta: { type: 'input_json_delta', partial_json: '' } }),
  event('content_block_stop', { index: 2 }),
  event('content_block_start', {
    index: 3,
    content_block: { type: 'tool_use', id: 'toolu_2', name: 'wx', input: {} },
  }),
  event('content_block_delta', {
    index: 3,
    delta: { type: 'input_json_delta', partial_json: '{"city":' },
  }),
  event('content_block_delta', {
    index: 3,
    delta: { type: 'input_json_delta', partial_json: '"Oslo"}' },
  }),
  event('content_block_stop', { index: 3 }),
  event('message_delta', {
    delta: { stop_reason: 'tool_use' },
    usage: { input_tokens: 61, output_tokens: 48 },
  }),
  event('message_stop'),
].join('');

function encode(events: readonly StreamEvent[], wantsStreamUsage = true): Chunk[] {
  const request = { ...emptyRequest, wantsStreamUsage };
  const stream = encodeStream(new ChatStreamEncoder(contextOf('chat', { request })), events);
  expect(stream.endsWith('data: [DONE]\n\n')).toBe(true);
  return stream
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .map((frame) => JSON.parse(frame.slice('data: '.length)) as Chunk);
}

const decodeMessages = (stream: string | Buffer): StreamEvent[] =>
  decodeStream(new MessagesStreamDecoder(dialect), [Buffer.from(stream as string)]);
const deltasOf = (chunks: readonly Chunk[]): unknown[] =>
  chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));

describe('ChatStreamEncoder', () => {
  it('writes a message of Anthropic as the chunks of a chat', () => {
    const chunks = encode(decodeMessages(messages));
    expect(deltasOf(chunks)).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { reasoning_content: 'Need a tool.' },
      {
        reasoning_details: [
          {
            type: 'reasoning.text',
            text: 'Need a tool.',
            signature: 'gw1.anthropic.signature.c2ln',
            format: 'anthropic-claude-v1',
            index: 0,
          },
        ],
      },
      { content: 'Checking.' },
      {
        tool_calls: [
          { index: 0, id: 'toolu_1', type: 'function', function: { name: 'now', arguments: '' } },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
      {
        tool_calls: [
          { index: 1, id: 'toolu_2', type: 'function', function: { name: 'wx', arguments: '' } },
        ],
      },
      { tool_calls: [{ index: 1, function: { arguments: '{"city":' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '"Oslo"}' } }] },
      {},
    ]);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('tool_calls');
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 61, completion_tokens: 48, total_tokens: 109 },
    });
    const heads = chunks.map(({ id, created, model }) => `${id} ${created} ${model}`);
    expect(new Set(heads).size).toBe(1);
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  it('says nothing of usage to a client that did not ask', () => {
    const chunks = encode(decodeMessages(messages), false);
    expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
  });

  it('gives every candidate its role and its finish', () => {
    const both = [0, 1].flatMap((candidate): StreamEvent[] => [
      { type: 'part', candidate, part: 0, header: { kind: 'text' } },
      { type: 'text', candidate, part: 0, delta: `${candidate}` },
      { type: 'end', candidate, part: 0 },
    ]);
    const chunks = encode([
      { type: 'start', id: '', model: 'm', createdAt: 5 },
      ...both,
      { type: 'finish', candidate: 1, finish: { reason: 'length' } },
      { type: 'finish', candidate: 0, finish: { reason: 'stop' } },
      { type: 'done' },
    ]);
    for (const index of [0, 1]) {
      const own = chunks.flatMap(({ choices }) =>
        choices.filter((choice) => choice.index === index),
      );
      expect(own[0]?.delta['role']).toBe('assistant');
      expect(own.at(-1)?.finish_reason).toBe(index === 0 ? 'stop' : 'length');
    }
    expect(chunks[0]).toMatchObject({ id: 'chatcmpl-2026-req-1', created: 5 });
  });

  it('counts the offsets of sources from the beginning of the content', () => {
    const text = (part: number, words: string, hasSource: boolean): StreamEvent[] => [
      { type: 'part', candidate: 0, part, header: { kind: 'text' } },
      { type: 'text', candidate: 0, part, delta: words },
      ...(hasSource
        ? [
            {
              type: 'annotation',
              candidate: 0,
              part,
              annotation: { kind: 'url', url: 'https://a.example', title: 'A' },
            } as const,
          ]
        : []),
      { type: 'end', candidate: 0, part },
    ];
    const finish = { type: 'finish', candidate: 0, finish: { reason: 'stop' } } as const;
    const chunks = encode([...text(0, 'Before. ', false), ...text(1, 'Said.', true), finish]);
    expect(deltasOf(chunks)).toContainEqual({
      annotations: [
        {
          type: 'url_citation',
          url_citation: { start_index: 8, end_index: 13, title: 'A', url: 'https://a.example' },
        },
      ],
    });
  });
});

describe('encodeCompletion', () => {
  it('puts an explanation into the refusal', () => {
    const details = { type: 'refusal', category: 'cyber', explanation: 'Blocked.' };
    const body = { content: [], stop_reason: 'refusal', stop_details: details };
    const { body: completion } = encodeCompletion(decodeMessage(body, dialect), contextOf('chat'));
    expect(completion).toMatchObject({
      choices: [
        {
          message: { role: 'assistant', content: '', refusal: 'Blocked.' },
          finish_reason: 'content_filter',
        },
      ],
    });
  });

  it('counts what was cached among the tokens of the prompt', () => {
    const usage = {
      input_tokens: 10,
      cache_creation_input_tokens: 200,
      cache_read_input_tokens: 1000,
      output_tokens: 30,
      output_tokens_details: { thinking_tokens: 12 },
    };
    const body = { content: [{ type: 'text', text: 'x' }], stop_reason: 'end_turn', usage };
    expect(encodeCompletion(decodeMessage(body, dialect), contextOf('chat')).body['usage']).toEqual(
      {
        prompt_tokens: 1210,
        completion_tokens: 30,
        total_tokens: 1240,
        prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 200, audio_tokens: 0 },
        completion_tokens_details: {
          reasoning_tokens: 12,
          audio_tokens: 0,
          accepted_prediction_tokens: 0,
          rejected_prediction_tokens: 0,
        },
      },
    );
  });
});

const recorded: readonly string[] = [
  'anthropic-text',
  'anthropic-json-tool.1',
  'anthropic-clear-thinking.1',
  'anthropic-web-search-tool.1',
  'anthropic-code-execution-20250825.1',
  'anthropic-mcp.1',
  'anthropic-fallback',
];

(hasRecorded ? describe : describe.skip)('recorded messages for chat clients', () => {
  it.each(recorded)('carries what %s says', (name) => {
    const events = decodeMessages(readRecordedStream(`anthropic/${name}.chunks.txt`, true));
    const whole = foldEvents(events);
    const stream = encodeStream(new ChatStreamEncoder(contextOf('chat')), events);
    const received = decodeStream(new ChatStreamDecoder(dialect), [Buffer.from(stream)]);
    checkGrammar(received);
    const folded = foldEvents(received);
    const textOf = ({ candidates }: typeof folded): string =>
      candidates[0]!.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
    const callsOf = ({ candidates }: typeof folded): unknown[] =>
      candidates[0]!.parts.flatMap((part) =>
        part.kind === 'tool-call' && part.tool === 'function'
          ? [[part.callId, part.name, JSON.parse(part.argumentsJson!)]]
          : [],
      );
    expect(textOf(folded)).toBe(textOf(whole));
    expect(callsOf(folded)).toEqual(callsOf(whole));
    expect(folded.candidates[0]?.finish.reason).toBe(whole.candidates[0]?.finish.reason);
    expect(promptTokensOf(folded.usage!)).toBe(promptTokensOf(whole.usage!));
    expect(completionTokensOf(folded.usage!)).toBe(completionTokensOf(whole.usage!));
  });

  it.each(recorded.filter((name) => name !== 'anthropic-clear-thinking.1'))(
    'makes the same of %s whole and streamed',
    (name) => {
      const body = JSON.parse(readRecorded(`anthropic/${name}.json`).toString()) as object;
      const response = decodeMessage({ ...body }, dialect);
      const completion = encodeCompletion(response, contextOf('chat')).body;
      const stream = encodeStream(
        new ChatStreamEncoder(contextOf('chat')),
        replayResponse(response),
      );
      const streamed = foldEvents(
        decodeStream(new ChatStreamDecoder(dialect), [Buffer.from(stream)]),
      );
      expect({ ...streamed, createdAt: 0 }).toEqual({
        ...decodeChatResponse(completion, dialect),
        createdAt: 0,
      });
    },
  );
});
