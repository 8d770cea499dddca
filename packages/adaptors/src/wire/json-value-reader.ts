import { errors } from '@turnpike/core';
import type { FrameReader } from './frames.ts';
import { maxFrameBytes } from './frame-splitter.ts';
import type { SseFrame } from './sse-frame.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);

/**
 * Reads JSON objects that come one after another: one a line, or as items of one array that grows. What stands between
 * them (line ends, commas, the array's brackets) is passed over.
 *
 * @throws `bad_upstream_response` when one object grows beyond 32 MiB
 */
export class JsonValueReader implements FrameReader {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  push(chunk: Buffer): SseFrame[] {
    const frames: SseFrame[] = [];
    let start = this.#depth > 0 ? 0 : -1;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (this.#depth === 0) {
        // The array around the items is no object: only a brace begins one.
        if (byte !== 0x7b) continue;
        start = at;
        this.#depth = 1;
      } else if (this.#takeByte(byte)) {
        frames.push(this.#complete(chunk.subarray(start, at + 1)));
        start = -1;
      }
    }
    if (start !== -1) this.#keep(chunk.subarray(start));
    return frames;
  }

  /** An object that was cut is none. */
  end(): SseFrame[] {
    return [];
  }

  /** True when this byte ends the object. */
  #takeByte(byte: number): boolean {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isInString = false;
      return false;
    }
    if (byte === QUOTE) this.#isInString = true;
    else if (OPENING.has(byte)) this.#depth += 1;
    else if (CLOSING.has(byte)) this.#depth -= 1;
    return this.#depth === 0;
  }

  #complete(last: Buffer): SseFrame {
    const data = Buffer.concat([...this.#pieces, last]).toString('utf8');
    this.#pieces.length = 0;
    this.#bytes = 0;
    return { event: undefined, data, id: undefined };
  }

  #keep(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > maxFrameBytes) throw errors.badUpstreamResponse();
    this.#pieces.push(piece);
  }
}
