import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { completionTokensOf, emptyUsage, promptTokensOf, type StreamEvent } from '@turnpike/core';
import { foldEvents } from '../../translate/event-folder.ts';
import { SseReader } from '../../wire/sse-reader.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { cutAt } from '../../wire/testing/cut-at.ts';
import {
  hasRecorded,
  listRecorded,
  readRecorded,
  readRecordedStream,
} from '../testing/recorded.ts';
import { decodeResponse } from './decode-response.ts';
import { encodeResponse } from './encode-response.ts';
import { ResponsesStreamDecoder } from './stream-decoder.ts';
import { encodeStream, makeContext } from './testing/translate-events.ts';

const dialect = { streamUsage: 'always' } as const;

function decodeChunks(chunks: readonly Buffer[]): StreamEvent[] {
  const reader = new SseReader();
  const decoder = new ResponsesStreamDecoder(dialect);
  const frames = [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
  return [...frames.flatMap((frame) => [...decoder.push(frame)]), ...decoder.end()];
}

function decodeEvents(events: readonly object[]): StreamEvent[] {
  return decodeChunks(events.map((event) => Buffer.from(`data: ${JSON.stringify(event)}\n\n`)));
}

function withoutRaw(events: readonly StreamEvent[]): StreamEvent[] {
  return events.filter(({ type }) => type !== 'raw');
}

const created = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'm', created_at: 5, output: [] },
};

function completed(output: readonly object[], more: object = {}): object {
  return {
    type: 'response.completed',
    response: { id: 'resp_1', model: 'm', created_at: 5, status: 'completed', output, ...more },
  };
}

describe('ResponsesStreamDecoder', () => {
  it('decodes what an upstream tells only at the end', () => {
    const output = [
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      { type: 'message', id: 'msg_1', content: [{ type: 'output_text', text: 'Hi' }] },
      { type: 'function_call', id: 'fc_1', call_id: 'c', name: 'f', arguments: '{}' },
    ];
    const folded = foldEvents(decodeEvents([completed(output)]));
    expect(folded).toEqual(decodeResponse(completed(output)['response' as never], dialect));
    expect(folded.candidates[0]).toMatchObject({
      finish: { reason: 'tool-calls' },
      parts: [{ summary: ['Hm.'] }, { text: 'Hi' }, { callId: 'c', argumentsJson: '{}' }],
    });
  });

  it('decodes words of items that were never announced', () => {
    const events = decodeEvents([
      created,
      { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'He' },
      { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'y' },
      completed([{ type: 'message', content: [{ type: 'output_text', text: 'Hey you' }] }]),
    ]);
    expect(events.flatMap((event) => (event.type === 'text' ? [event.delta] : []))).toEqual([
      'He',
      'y',
      ' you',
    ]);
  });

  it('tells the name of a call as soon as it is known, and its arguments once', () => {
    const item = { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c', name: 'patch' };
    const events = decodeEvents([
      created,
      { type: 'response.output_item.added', output_index: 0, item: { ...item, input: '' } },
      { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: '***' },
      { type: 'response.output_item.done', output_index: 0, item: { ...item, input: '*** End' } },
      completed([{ ...item, input: '*** End' }]),
    ]);
    expect(events.slice(1, 5)).toMatchObject([
      { type: 'part', header: { kind: 'tool-call', callId: 'c', name: 'patch', tool: 'custom' } },
      { type: 'arguments', delta: '***' },
      { type: 'arguments', delta: ' End' },
      { type: 'end', final: { input: '*** End' } },
    ]);
  });

  it.each([
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'content-filter'],
    [{ status: 'incomplete', incomplete_details: null }, 'pause'],
    [{ status: 'completed' }, 'stop'],
  ])('reads the end %j', (more, reason) => {
    const events = decodeEvents([created, completed([], more)]);
    expect(events.find(({ type }) => type === 'finish')).toMatchObject({ finish: { reason } });
  });

  it.each([
    [{ type: 'error', code: 'server_is_overloaded', message: 'm', param: null }, 503],
    [{ type: 'error', error: { type: 'invalid_request_error', message: 'm' } }, 400],
    [
      {
        type: 'response.failed',
        response: { error: { code: 'rate_limit_exceeded', message: 'm' } },
      },
      429,
    ],
  ])('ends with the error of %j', (failure, status) => {
    const events = decodeEvents([created, failure, completed([])]);
    expect(events.map(({ type }) => type)).toEqual(['start', 'error', 'done']);
    expect(events[1]).toMatchObject({ error: { status, message: 'm' } });
  });

  it('reports a stream that was cut, and closes what was open', () => {
    const delta = { type: 'response.output_text.delta', output_index: 0, delta: 'Half' };
    const events = decodeEvents([created, delta]);
    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'part',
      'text',
      'end',
      'error',
      'done',
    ]);
    expect(events[4]).toMatchObject({ error: { code: 'upstream_stream_truncated' } });
  });

  it('keeps encrypted thoughts as state', () => {
    const item = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' };
    const added = { type: 'response.output_item.added', output_index: 0, item };
    const done = { type: 'response.output_item.done', output_index: 0, item };
    const events = decodeEvents([created, added, done, completed([item])]);
    expect(events).toContainEqual({
      type: 'state',
      candidate: 0,
      part: 0,
      state: { family: 'openai-responses', kind: 'encrypted', value: 'gAAA' },
    });
  });
});

const recorded = listRecorded([
  'openai/responses',
  'azure',
  'open-responses/responses',
  'xai/responses',
]);

/** Recordings whose last event does not repeat what was streamed: somebody shortened one of them. */
const edited = new Set(['openai/responses/openai-shell-container.1']);

/** State is encrypted anew each time that it is told. */
function withoutCiphers(stream: Buffer): Buffer {
  return Buffer.from(stream.toString().replace(/gAAAA[\w=-]+/g, 'gAAA'));
}

/** Recordings of several answers, one behind the other. */
const joined = new Set([
  'openai/responses/openai-shell-tool.1',
  'azure/azure-reasoning-encrypted-content.1',
]);

/** Members of a message that come back with it. */
function keptMembers({ id, role, phase, content }: JsonObject): JsonObject {
  const texts = (content as JsonObject[]).map(({ text, annotations }) => ({ text, annotations }));
  return { id, role, content: texts, ...(phase !== undefined && { phase }) };
}

function lastResponse(stream: Buffer): JsonObject | undefined {
  const line = stream.toString().trimEnd().split('\n').at(-1)!.slice('data: '.length);
  return (JSON.parse(line) as { response?: JsonObject }).response;
}

(hasRecorded ? describe : describe.skip)('ResponsesStreamDecoder on recorded streams', () => {
  const streams = recorded
    .filter((path) => path.endsWith('.chunks.txt') && !path.includes('error'))
    .map((path) => path.slice(0, -'.chunks.txt'.length))
    .filter((name) => !joined.has(name));

  it.each(streams)('folds %s to its whole answer, cut anywhere, and says it again', (name) => {
    const stream = withoutCiphers(readRecordedStream(`${name}.chunks.txt`, true));
    const whole = decodeResponse(lastResponse(stream)!, dialect);
    const events = decodeChunks([stream]);
    expect(foldEvents(events)).toEqual(whole);
    const reported = lastResponse(stream)!['usage'] as Record<string, number>;
    const usage = whole.usage ?? emptyUsage;
    expect(promptTokensOf(usage)).toBe(reported['input_tokens']);
    expect(completionTokensOf(usage)).toBe(reported['output_tokens']);

    const told = encodeStream(events).at(-1)!['response'];
    const encoded = encodeResponse(whole, makeContext()).body;
    const isWhole = !edited.has(name);
    if (isWhole) {
      expect({ ...encoded, completed_at: 0 }).toEqual({ ...(told as object), completed_at: 0 });
    }

    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 30 }), (cuts) => {
        expect(withoutRaw(decodeChunks(cutAt(stream, cuts)))).toEqual(withoutRaw(events));
      }),
      { numRuns: 3 },
    );
  });

  it('fails with the recorded failure', () => {
    const stream = readRecordedStream('openai/responses/openai-error.1.chunks.txt', true);
    expect(decodeChunks([stream]).find(({ type }) => type === 'error')).toMatchObject({
      error: { code: 'insufficient_quota', status: 429 },
    });
  });

  it.each(recorded.filter((path) => path.endsWith('.json') && !path.includes('error')))(
    'decodes %s and says it again',
    (path) => {
      const body = JSON.parse(readRecorded(path).toString()) as JsonObject;
      const whole = decodeResponse(body, dialect);
      const encoded = encodeResponse(whole, makeContext()).body;
      const output = encoded['output'] as JsonObject[];
      const original = body['output'] as JsonObject[];
      const { input_tokens, output_tokens } = (body['usage'] ?? {}) as JsonObject;
      if (Number(input_tokens) > 0)
        expect(encoded['usage']).toMatchObject({ input_tokens, output_tokens });
      for (const [at, item] of original.entries()) {
        const said = output[at];
        if (item['type'] === 'message') expect(said).toMatchObject(keptMembers(item));
      }
      expect(output.map((item) => item['type'])).toEqual(
        original
          .map((item) => item['type'])
          .map((type) => (type === 'compaction' ? 'reasoning' : type)),
      );
    },
  );
});
