const LF = 0x0a;
const CR = 0x0d;

/** Frames larger than this end a stream: nothing legitimate is, and memory is bounded. */
export const maxFrameBytes = 32 * 1024 * 1024;

/**
 * Cuts a byte stream into server-sent events, each with the blank line that ends it. Line ends may be LF, CRLF, CR or
 * mixed, and chunks may end anywhere. Each byte is looked at once; only a frame that spans chunks is copied.
 */
export class FrameSplitter {
  readonly #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** The bytes so far end with a line end. At the start of a frame that is true too. */
  #isAtLineStart = true;
  /** The last byte was a CR, so that a LF which follows belongs to the same line end. */
  #isAfterCr = false;

  /** Nothing of a next frame has been seen. */
  get isAtBoundary(): boolean {
    return this.#pendingBytes === 0;
  }

  /** Bytes of the unfinished frame. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** The next byte may be the one that ends the unfinished frame. */
  get isAtLineStart(): boolean {
    return this.#isAtLineStart;
  }

  /** Returns the frames that this chunk completes. */
  push(chunk: Buffer): Buffer[] {
    const frames: Buffer[] = [];
    let frameStart = 0;
    let offset = 0;
    let nextCr = chunk.indexOf(CR);
    while (offset < chunk.length) {
      if (this.#isAfterCr && chunk[offset] === LF) {
        // Second half of a CRLF that a chunk, or a frame, ended in the middle of.
        this.#isAfterCr = false;
        offset++;
        continue;
      }
      this.#isAfterCr = false;
      if (nextCr >= 0 && nextCr < offset) nextCr = chunk.indexOf(CR, offset);
      const nextLf = chunk.indexOf(LF, offset);
      const lineEnd = nextLf < 0 || (nextCr >= 0 && nextCr < nextLf) ? nextCr : nextLf;
      if (lineEnd < 0) {
        this.#isAtLineStart = false;
        break;
      }
      const isBlank = this.#isAtLineStart && lineEnd === offset;
      offset = lineEnd + 1;
      if (chunk[lineEnd] === CR) {
        if (chunk[offset] === LF) offset++;
        else this.#isAfterCr = offset === chunk.length;
      }
      this.#isAtLineStart = true;
      // A blank line at the start of a frame ends nothing: it stays with the frame that follows.
      if (isBlank && (this.#pendingBytes > 0 || hasText(chunk, frameStart, lineEnd))) {
        frames.push(this.#complete(chunk.subarray(frameStart, offset)));
        frameStart = offset;
      }
    }
    if (frameStart < chunk.length) this.#keep(chunk.subarray(frameStart));
    return frames;
  }

  /** What is left when the stream ends: a frame without its blank line, or undefined. */
  end(): Buffer | undefined {
    return this.takePending();
  }

  /** The first bytes of the unfinished frame, at least `bytes` of them where there are as many. */
  peek(bytes: number): Buffer {
    const pieces: Buffer[] = [];
    let length = 0;
    for (const piece of this.#pending) {
      if (length >= bytes) break;
      pieces.push(piece);
      length += piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** Takes the unfinished frame's bytes out; its remainder will come as the start of the next frame. */
  takePending(): Buffer | undefined {
    if (this.#pendingBytes === 0) return undefined;
    return this.#complete(Buffer.alloc(0));
  }

  #complete(last: Buffer): Buffer {
    if (this.#pendingBytes === 0) return last;
    const frame = Buffer.concat([...this.#pending, last]);
    this.#pending.length = 0;
    this.#pendingBytes = 0;
    return frame;
  }

  #keep(piece: Buffer): void {
    this.#pending.push(piece);
    this.#pendingBytes += piece.length;
  }
}

function hasText(chunk: Buffer, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    if (chunk[index] !== LF && chunk[index] !== CR) return true;
  }
  return false;
}
