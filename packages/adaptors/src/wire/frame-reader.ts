import type { Framing } from '../codec.ts';
import { AwsEventReader } from './aws-event-reader.ts';
import { JsonValueReader } from './json-value-reader.ts';
import type { FrameReader } from './frames.ts';
import { SseReader } from './sse-reader.ts';

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
