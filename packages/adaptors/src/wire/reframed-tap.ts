import { isGatewayError } from '@turnpike/core';
import type { StreamFacts, StreamTap, UpstreamError } from '../codec.ts';
import type { FrameReader } from './frames.ts';
import type { SseFrame } from './sse-frame.ts';
import { TapInFront } from './tap-in-front.ts';

/**
 * A stream whose frames are the client's protocol already, but framed in another way (AWS event streams around
 * Anthropic's events): each payload goes on untouched, as a server-sent event.
 */
export class ReframedTap extends TapInFront implements StreamTap {
  readonly #reader: FrameReader;
  #error: UpstreamError | undefined;
  readonly facts: StreamFacts;

  constructor(reader: FrameReader, tap: StreamTap) {
    super(tap);
    this.#reader = reader;
    this.facts = createFacts(tap.facts, () => this.#error);
  }

  push(chunk: Buffer): readonly Buffer[] {
    return this.#forward(() => this.#reader.push(chunk));
  }

  end(): readonly Buffer[] {
    const rest = this.#forward(() => this.#reader.end());
    return [...rest, ...this.tap.end()];
  }

  #forward(read: () => readonly SseFrame[]): readonly Buffer[] {
    if (this.facts.error !== undefined || this.facts.isTerminated) return [];
    try {
      return read().flatMap((frame) => [...this.tap.push(toEvent(frame))]);
    } catch (error) {
      if (!isGatewayError(error)) throw error;
      const { message, code } = error;
      this.#error = {
        status: 502,
        message,
        code,
        type: 'upstream_error',
        param: null,
        isUnreadable: true,
      };
      return [];
    }
  }
}

function toEvent({ event, data = '' }: SseFrame): Buffer {
  const name = event === undefined ? '' : `event: ${event}\n`;
  const lines = data.replaceAll('\n', '\ndata: ');
  return Buffer.from(`${name}data: ${lines}\n\n`);
}

/** The facts of the tap behind, and the error of the frames in front of it. */
function createFacts(facts: StreamFacts, ownError: () => UpstreamError | undefined): StreamFacts {
  return new Proxy(facts, {
    get: (target, name) =>
      name === 'error' ? (ownError() ?? target.error) : target[name as keyof StreamFacts],
  });
}
