import type { Framing } from '../codec.ts';
import type { SseFrame } from './sse-frame.ts';
import { SseReader } from './sse-reader.ts';

/** Cuts an upstream's byte stream into frames. Chunks may end anywhere. */
export interface FrameReader {
  push(chunk: Buffer): SseFrame[];
  /** What the stream ended with, where that is a whole frame without its end mark. */
  end(): SseFrame[];
}

/** A reader for one answer. */
export function createFrameReader(framing: Framing | undefined): FrameReader {
  switch (framing) {
    case undefined:
    case 'sse':
      return new SseReader();
    default:
      throw new Error(`no reader for ${framing} streams`);
  }
}
