import type { StreamFacts, StreamTap } from '../codec.ts';
import { FrameSplitter } from '../wire/frame-splitter.ts';
import { TapInFront } from '../wire/tap-in-front.ts';
import { rewordAnswer, type AnswerWords } from './reword-answer.ts';

/** Beyond this an unfinished frame goes on as it comes: what is reworded begins with little else. */
const wholeFrameBytes = 1024 * 1024;
const dataField = Buffer.from('data:');

/** A stream of the byte plane that says in other words what its upstream calls differently. One per answer. */
export class RewordingTap extends TapInFront implements StreamTap {
  readonly #splitter = new FrameSplitter();
  readonly #words: AnswerWords;
  readonly facts: StreamFacts;
  /** The rest of a huge frame is on its way through. */
  #isPassing = false;

  constructor(tap: StreamTap, words: AnswerWords) {
    super(tap);
    this.#words = words;
    this.facts = tap.facts;
  }

  push(chunk: Buffer): readonly Buffer[] {
    const pieces: Buffer[] = [];
    for (const frame of this.#splitter.push(chunk)) {
      pieces.push(this.#isPassing ? frame : this.#reword(frame));
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
    const sent =
      rest === undefined ? [] : this.tap.push(this.#isPassing ? rest : this.#reword(rest));
    return [...sent, ...this.tap.end()];
  }

  /** Frames of one line of data: no vendor writes JSON over several. */
  #reword(frame: Buffer): Buffer {
    const start = frame.indexOf(dataField);
    const open = start === -1 ? -1 : frame.indexOf('{', start);
    const close = frame.lastIndexOf('}');
    if (open === -1 || close < open) return frame;
    const json = frame.subarray(open, close + 1);
    const reworded = rewordAnswer(json, this.#words);
    return reworded === json
      ? frame
      : Buffer.concat([frame.subarray(0, open), reworded, frame.subarray(close + 1)]);
  }
}
