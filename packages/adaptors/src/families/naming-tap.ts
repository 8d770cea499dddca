import type { StreamFacts, StreamTap } from '../codec.ts';
import { FrameSplitter } from '../wire/frame-splitter.ts';
import { TapInFront } from '../wire/tap-in-front.ts';
import { nameModel } from './name-model.ts';

/** Beyond this an unfinished frame goes on as it comes: what names a model begins with little else. */
const wholeFrameBytes = 1024 * 1024;
const dataField = Buffer.from('data:');

/** A stream of the byte plane in which the model has the name that the client asked for. One per answer. */
export class NamingTap extends TapInFront implements StreamTap {
  readonly #splitter = new FrameSplitter();
  readonly #model: string;
  readonly facts: StreamFacts;
  /** The rest of a huge frame is on its way through. */
  #isPassing = false;

  constructor(tap: StreamTap, model: string) {
    super(tap);
    this.#model = model;
    this.facts = tap.facts;
  }

  push(chunk: Buffer): readonly Buffer[] {
    const pieces: Buffer[] = [];
    for (const frame of this.#splitter.push(chunk)) {
      pieces.push(this.#isPassing ? frame : this.#name(frame));
      this.#isPassing = false;
    }
    const { pendingBytes, isAtLineStart } = this.#splitter;
    // A line end may be half of the blank line: then the next chunk tells.
    if (!isAtLineStart && (this.#isPassing || pendingBytes > wholeFrameBytes)) {
      this.#isPassing = true;
      const rest = this.#splitter.takePending();
      if (rest !== undefined) pieces.push(rest);
    }
    return pieces.flatMap((piece) => [...this.tap.push(piece)]);
  }

  end(): readonly Buffer[] {
    const rest = this.#splitter.end();
    const sent = rest === undefined ? [] : this.tap.push(this.#isPassing ? rest : this.#name(rest));
    return [...sent, ...this.tap.end()];
  }

  /** Frames of one line of data: no vendor writes JSON over several. */
  #name(frame: Buffer): Buffer {
    const start = frame.indexOf(dataField);
    const open = start === -1 ? -1 : frame.indexOf('{', start);
    const close = frame.lastIndexOf('}');
    if (open === -1 || close < open) return frame;
    const json = frame.subarray(open, close + 1);
    const named = nameModel(json, this.#model);
    return named === json
      ? frame
      : Buffer.concat([frame.subarray(0, open), named, frame.subarray(close + 1)]);
  }
}
