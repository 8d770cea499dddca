import { describe, expect, it } from '@jest/globals';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import fc from 'fast-check';
import type { Framing, StreamTap } from '../codec.ts';
import { createFrameReader } from './frame-reader.ts';
import { ReframedTap } from './reframed-tap.ts';
import { cutAt } from './testing/cut-at.ts';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

function awsFrame(headers: Record<string, string>, body: unknown): Buffer {
  const entries = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]);
  const encoded = codec.encode({
    headers: Object.fromEntries(entries) as Parameters<typeof codec.encode>[0]['headers'],
    body: Buffer.from(JSON.stringify(body)),
  });
  return Buffer.from(encoded);
}

function chunkOf(event: object): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
  return awsFrame({ ':message-type': 'event', ':event-type': 'chunk' }, { bytes, p: 'abcd' });
}

function readAll(framing: Framing, chunks: readonly Buffer[]): unknown[] {
  const reader = createFrameReader(framing);
  return [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
}

const events = [
  { type: 'message_start', text: 'träge "Zölle" \\' },
  { type: 'content_block_delta', list: [{ a: ['}'] }, '{'] },
  { type: 'message_stop' },
];

const streams: Record<Exclude<Framing, 'sse'>, Buffer> = {
  'json-lines': Buffer.from(events.map((event) => `${JSON.stringify(event)}\r\n`).join('')),
  'json-array': Buffer.from(`[${events.map((event) => JSON.stringify(event)).join(',\n')}\n]`),
  'aws-event-stream': Buffer.concat(events.map(chunkOf)),
};

describe('frames', () => {
  it.each(Object.entries(streams))('of %s are the same however they are cut', (framing, bytes) => {
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        const frames = readAll(framing as Framing, cutAt(bytes, cuts)) as { data: string }[];
        expect(frames.map(({ data }) => JSON.parse(data) as unknown)).toEqual(events);
      }),
    );
  });

  it('of AWS carry the name of their event', () => {
    const frame = awsFrame(
      { ':message-type': 'event', ':event-type': 'messageStop' },
      { stopReason: 'end_turn' },
    );
    expect(readAll('aws-event-stream', [frame, chunkOf({ type: 'ping' })])).toMatchObject([
      { event: 'messageStop', data: '{"stopReason":"end_turn"}' },
      { event: 'ping' },
    ]);
  });

  it('turn exceptions of AWS into errors that every family reads', () => {
    const frame = awsFrame(
      { ':message-type': 'exception', ':exception-type': 'throttlingException' },
      { message: 'Too many tokens' },
    );
    const [error] = readAll('aws-event-stream', [frame]) as { event: string; data: string }[];
    expect(error!.event).toBe('error');
    expect(JSON.parse(error!.data)).toEqual({
      type: 'error',
      error: { type: 'throttlingException', message: 'Too many tokens' },
    });
  });

  it.each([
    ['a wrong checksum', Buffer.from(chunkOf({ type: 'ping' })).fill(0, 14, 16)],
    ['an impossible length', Buffer.from([0, 0, 0, 3, 1, 1, 1, 1])],
    ['half a frame', chunkOf({ type: 'ping' }).subarray(0, 30)],
  ])('of AWS with %s break the stream', (_what, bytes) => {
    expect(() => readAll('aws-event-stream', [bytes])).toThrow(
      expect.objectContaining({ code: 'bad_upstream_response' }),
    );
  });
});

describe('a reframed stream', () => {
  it('hands each payload on as an event with its name', () => {
    const seen: string[] = [];
    const inner = {
      facts: { isTerminated: false, error: undefined, isMeaningful: true },
      push(chunk: Buffer) {
        seen.push(chunk.toString('utf8'));
        return [chunk];
      },
      end: () => [],
    } as unknown as StreamTap;
    const tap = new ReframedTap(createFrameReader('aws-event-stream'), inner);
    tap.push(Buffer.concat(events.map(chunkOf)));
    expect(seen[2]).toBe('event: message_stop\ndata: {"type":"message_stop"}\n\n');
    expect(tap.facts.isMeaningful).toBe(true);
    tap.push(Buffer.from([0, 0, 0, 1]));
    expect(tap.facts.error).toMatchObject({ code: 'bad_upstream_response' });
  });
});
