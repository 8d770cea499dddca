import type { StreamFacts, StreamTap } from '../../codec.ts';
import { FrameSplitter } from '../../wire/frame-splitter.ts';
import { TapInFront } from '../../wire/tap-in-front.ts';
import { ChunkRepair } from './chunk-repair.ts';

/** Beyond this an unfinished frame goes on as it comes: what is to be repaired is small. */
const wholeFrameBytes = 64 * 1024;

/** Puts the frames of a chat stream in order before its tap sees them. One per answer. */
export class RepairingTap extends TapInFront implements StreamTap {
  readonly #splitter = new FrameSplitter();
  readonly #repair = new ChunkRepair();
  readonly facts: StreamFacts;
  /** The rest of a huge frame is on its way through. */
  #isPassing = false;

  constructor(tap: StreamTap) {
    super(tap);
    this.facts = tap.facts;
  }

  push(chunk: Buffer): readonly Buffer[] {
    const pieces: Buffer[] = [];
    for (const frame of this.#splitter.push(chunk)) {
      pieces.push(...(this.#isPassing ? [frame] : this.#repair.push(frame)));
      this.#isPassing = false;
    }
    const rest = this.#takeHuge();
    if (rest !== undefined) pieces.push(rest);
    return pieces.flatMap((piece) => [...this.tap.push(piece)]);
  }

  #takeHuge(): Buffer | undefined {
    const { pendingBytes, isAtLineStart } = this.#splitter;
    // A line end may be half of the blank line: then the next chunk tells.
    if (isAtLineStart || !(this.#isPassing || pendingBytes > wholeFrameBytes)) return undefined;
    this.#isPassing = true;
    return this.#splitter.takePending();
  }

  end(): readonly Buffer[] {
    const rest = this.#splitter.end();
    const sent = rest === undefined ? [] : this.tap.push(rest);
    return [...sent, ...this.tap.end()];
  }
}
