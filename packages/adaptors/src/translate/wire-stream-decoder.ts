import type { StreamEvent } from '@turnpike/core';
import type { FrameDecoder } from '../codec.ts';
import type { StreamDecoder } from '../translation.ts';
import type { SseFrame } from '../wire/sse-frame.ts';

/** Decodes the stream of a vendor's own wire by way of its family's. */
export class WireStreamDecoder implements StreamDecoder {
  readonly #frames: FrameDecoder;
  readonly #decoder: StreamDecoder;

  constructor(frames: FrameDecoder, decoder: StreamDecoder) {
    this.#frames = frames;
    this.#decoder = decoder;
  }

  push(frame: SseFrame): readonly StreamEvent[] {
    return this.#decode(this.#frames.push(frame));
  }

  end(): readonly StreamEvent[] {
    return [...this.#decode(this.#frames.end()), ...this.#decoder.end()];
  }

  #decode(frames: readonly SseFrame[]): readonly StreamEvent[] {
    return frames.flatMap((frame) => [...this.#decoder.push(frame)]);
  }
}
