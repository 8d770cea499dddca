import type { StreamFacts, StreamTap } from '../../codec.ts';
import { FrameSplitter } from '../../wire/frame-splitter.ts';
import { parseSseFrame } from '../../wire/sse-frame.ts';
import { lengthFinish } from './budget-cut.ts';
import { FrameWriter } from './frame-writer.ts';

/**
 * Gives a client that did not ask for server-sent events its JSON array, although upstreams are always asked for events: the
 * answers inside pass unchanged.
 */
export class JsonArrayTap implements StreamTap {
  readonly #inner: StreamTap;
  readonly #splitter = new FrameSplitter();
  readonly #writer = new FrameWriter(true);

  constructor(inner: StreamTap) {
    this.#inner = inner;
  }

  get facts(): StreamFacts {
    return this.#inner.facts;
  }

  push(chunk: Buffer): readonly Buffer[] {
    return this.#convert(this.#inner.push(chunk));
  }

  end(): readonly Buffer[] {
    const output = this.#convert(this.#inner.end());
    const rest = this.#splitter.end();
    return rest === undefined ? output : [...output, ...this.#toItem(rest)];
  }

  flushHeld(): readonly Buffer[] {
    return this.#convert(this.#inner.flushHeld());
  }

  terminal(): Buffer {
    const last = this.#convert([this.#inner.terminal()]);
    return Buffer.concat([...last, this.#writer.close()]);
  }

  budgetCut(): Buffer {
    const last = this.#writer.item(JSON.stringify(lengthFinish('')));
    return Buffer.concat([...this.flushHeld(), last, this.#writer.close()]);
  }

  generatedText(): string {
    return this.#inner.generatedText();
  }

  #convert(chunks: readonly Buffer[]): Buffer[] {
    return chunks
      .flatMap((chunk) => this.#splitter.push(chunk))
      .flatMap((frame) => this.#toItem(frame));
  }

  #toItem(frame: Buffer): Buffer[] {
    const { data } = parseSseFrame(frame);
    return data === undefined ? [] : [this.#writer.item(data)];
  }
}
