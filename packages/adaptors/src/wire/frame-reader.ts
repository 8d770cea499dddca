import type { Framing } from '../codec.ts';
import { AwsEventReader } from './aws-event-reader.ts';
import { JsonValueReader } from './json-value-reader.ts';
import type { SseFrame } from './sse-frame.ts';
import { SseReader } from './sse-reader.ts';

/** Cuts an upstream's byte stream into frames. Chunks may end anywhere. */
export interface FrameReader {
  /** @throws `bad_upstream_response` for what cannot be cut */
  push(chunk: Buffer): SseFrame[];
  /** What the stream ended with, where that is a whole frame without its end mark. */
  end(): SseFrame[];
}

/** A reader for one answer. */
export function createFrameReader(framing: Framing = 'sse'): FrameReader {
  switch (framing) {
    case 'sse':
      return new SseReader();
    case 'json-lines':
    case 'json-array':
      return new JsonValueReader();
    case 'aws-event-stream':
      return new AwsEventReader();
  }
}
