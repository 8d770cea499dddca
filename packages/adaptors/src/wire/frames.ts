import type { SseFrame } from './sse-frame.ts';

/** Cuts an upstream's byte stream into frames. Chunks may end anywhere. */
export interface FrameReader {
  /** @throws `bad_upstream_response` for what cannot be cut */
  push(chunk: Buffer): SseFrame[];
  /** What the stream ended with, where that is a whole frame without its end mark. */
  end(): SseFrame[];
}
