import type { StreamEvent } from '@turnpike/core';
import type { StreamDecoder, StreamEncoder } from '../../translation.ts';
import { SseReader } from '../../wire/sse-reader.ts';

/** All events of a stream that comes in these pieces. */
export function decodeStream(decoder: StreamDecoder, pieces: readonly Buffer[]): StreamEvent[] {
  const reader = new SseReader();
  const frames = [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
  return [...frames.flatMap((frame) => [...decoder.push(frame)]), ...decoder.end()];
}

/** What a client gets of these events, its last bytes included. */
export function encodeStream(encoder: StreamEncoder, events: readonly StreamEvent[]): string {
  const sent = events.flatMap((event) => [...encoder.push(event)]);
  return Buffer.concat([...sent, encoder.terminal()]).toString();
}

/** Throws where events do not keep to the grammar of `StreamEvent`. */
export function checkGrammar(events: readonly StreamEvent[]): void {
  const types = events.map(({ type }) => type);
  const open = new Set<string>();
  const seen = new Set<string>();
  const finished = new Set<number>();
  const expect = (isGood: boolean, rule: string): void => {
    if (!isGood) throw new Error(`${rule}: ${types.join(' ')}`);
  };
  expect(types.at(-1) === 'done', 'the last event is done');
  expect(types.filter((type) => type === 'done').length === 1, 'one done');
  if (types.includes('error')) return;
  expect(types[0] === 'start' || types[0] === 'raw', 'the first event is start');
  expect(types.filter((type) => type === 'start').length === 1, 'one start');
  for (const event of events) {
    if (!('part' in event)) {
      if (event.type === 'finish') {
        expect(!finished.has(event.candidate), 'one finish for each candidate');
        finished.add(event.candidate);
      }
      continue;
    }
    const key = `${event.candidate}/${event.part}`;
    expect(!finished.has(event.candidate), 'nothing behind a finish');
    if (event.type === 'part') {
      expect(!seen.has(key), 'each part begins once');
      seen.add(key).add(`candidate ${event.candidate}`);
      open.add(key);
    } else {
      expect(open.has(key), `${event.type} is in an open part`);
      if (event.type === 'end') open.delete(key);
    }
  }
  expect(open.size === 0, 'every part is closed');
  expect(finished.size > 0, 'there is a finish');
}
