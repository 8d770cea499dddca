import type { Usage } from '@turnpike/core';
import type { StreamFacts, StreamTap, UpstreamError } from '../codec.ts';
import { FrameSplitter, maxFrameBytes } from './frame-splitter.ts';
import { GeneratedText, type TextPlaces } from './generated-text.ts';
import { parseSseFrame, type SseFrame } from './sse-frame.ts';

export type FrameVerdict =
  /** To the client, as it is. Does not end the hold-back. */
  | 'forward'
  /** To the client; from here on this upstream is committed to. */
  | 'meaningful'
  /** Never to the client. */
  | 'withhold'
  /** The last of a good answer: kept for `terminal()`. */
  | 'terminal'
  /** Kept like a terminal; another frame behind it shows that it was not the last. */
  | 'terminal-so-far';

/** What a frame said besides its verdict. */
export interface FrameReading {
  verdict: FrameVerdict;
  error?: UpstreamError;
  /** Reads the usage when somebody asks: some upstreams repeat it in every frame. */
  usage?: () => Usage | undefined;
  images?: number;
}

/** How one family's streams are read. */
export interface StreamGrammar extends TextPlaces {
  /**
   * Whether whole frames, given as Latin-1 text, may hold something that must be read or withheld. Runs on every
   * chunk, so a few native searches at most; a false alarm is harmless, a miss is not.
   */
  isNotable(frames: string): boolean;
  read(frame: SseFrame): FrameReading;
  /** Whether an unfinished frame is sure to be content, so that a huge one need not be held until it is complete. */
  isSurelyContent(start: string): boolean;
  /** Sent where the upstream left its terminal marker out. */
  terminal: Buffer;
}

/** Beyond this an unfinished frame is forwarded while it arrives, when it is surely content. */
const wholeFrameBytes = 64 * 1024;

const nothing: readonly Buffer[] = [];
const blankLine = Buffer.from('\n\n');

/** The tap of every family; what differs is the grammar. One per answer. */
export class SseTap implements StreamTap {
  readonly #grammar: StreamGrammar;
  readonly #splitter = new FrameSplitter();
  readonly #text: GeneratedText;
  readonly facts: SseFacts;
  #held: Buffer[] = [];
  #isFlowing = false;
  /** The rest of a huge frame is on its way through. */
  #isPassing = false;
  #terminal: Buffer | undefined;
  /** Nothing behind the terminal is read any more. */
  #isOver = false;

  constructor(grammar: StreamGrammar) {
    this.#grammar = grammar;
    this.#text = new GeneratedText(grammar);
    this.facts = new SseFacts(this.#text);
  }

  push(chunk: Buffer): readonly Buffer[] {
    if (this.#isOver || this.facts.error !== undefined) return nothing;
    if (
      this.facts.isMeaningful &&
      !this.#isPassing &&
      this.#splitter.isAtBoundary &&
      endsWithBlankLine(chunk)
    ) {
      const frames = chunk.toString('latin1');
      if (this.#terminal === undefined && !this.#grammar.isNotable(frames)) {
        this.#text.remember(frames);
        return [chunk];
      }
    }
    return this.#pushFrames(chunk);
  }

  end(): readonly Buffer[] {
    const output: Buffer[] = [];
    const rest = this.#splitter.end();
    if (rest !== undefined && this.#isPassing) output.push(rest);
    else if (rest !== undefined && !this.#isOver && this.facts.error === undefined) {
      this.#endWith(rest, output);
    }
    if (this.facts.error !== undefined) return output;
    return [...this.flushHeld(), ...output];
  }

  flushHeld(): readonly Buffer[] {
    const held = this.#held;
    this.#held = [];
    this.#isFlowing = true;
    return held;
  }

  terminal(): Buffer {
    const seen = this.#terminal;
    if (seen === undefined) return this.#grammar.terminal;
    return endsWithBlankLine(seen) ? seen : Buffer.concat([trimLineEnds(seen), blankLine]);
  }

  generatedText(): string {
    return this.#text.text();
  }

  #pushFrames(chunk: Buffer): readonly Buffer[] {
    const output: Buffer[] = [];
    for (const frame of this.#splitter.push(chunk)) {
      if (this.#isPassing) {
        this.#isPassing = false;
        output.push(frame);
        continue;
      }
      this.#takeFrame(frame, output);
      if (this.#isOver || this.facts.error !== undefined) return output;
    }
    this.#passHugeFrame(output);
    return output;
  }

  #takeFrame(frame: Buffer, output: Buffer[]): void {
    const text = frame.toString('latin1');
    if (this.facts.isMeaningful && this.#terminal === undefined && !this.#grammar.isNotable(text)) {
      this.#text.remember(text);
      output.push(frame);
      return;
    }
    const reading = this.#grammar.read(parseSseFrame(frame));
    if (reading.usage !== undefined) this.facts.readUsage = reading.usage;
    if (reading.error !== undefined) {
      this.facts.error = reading.error;
      return;
    }
    this.facts.images += reading.images ?? 0;
    this.#takeVerdict(reading.verdict, frame, text, output);
  }

  #takeVerdict(verdict: FrameVerdict, frame: Buffer, text: string, output: Buffer[]): void {
    if (verdict === 'withhold') return;
    if (this.#terminal !== undefined) {
      this.#forward(this.#terminal, output);
      this.#terminal = undefined;
      this.facts.isTerminated = false;
    }
    this.#text.remember(text);
    if (verdict === 'terminal' || verdict === 'terminal-so-far') {
      this.#terminal = frame;
      this.facts.isTerminated = true;
      this.#isOver = verdict === 'terminal';
      return;
    }
    if (verdict === 'meaningful') this.#commit(output);
    this.#forward(frame, output);
  }

  /** Once something meaningful passes, what was held back goes first and nothing is held any more. */
  #commit(output: Buffer[]): void {
    this.facts.isMeaningful = true;
    if (!this.#isFlowing) output.push(...this.flushHeld());
  }

  #forward(frame: Buffer, output: Buffer[]): void {
    if (this.#isFlowing) output.push(frame);
    else this.#held.push(frame);
  }

  #passHugeFrame(output: Buffer[]): void {
    const { pendingBytes, isAtLineStart } = this.#splitter;
    if (pendingBytes === 0) return;
    if (!this.#isPassing) {
      if (pendingBytes <= wholeFrameBytes) return;
      const start = this.#splitter.peek(wholeFrameBytes).toString('latin1');
      if (!this.#grammar.isSurelyContent(start)) {
        if (pendingBytes > maxFrameBytes) this.facts.error = frameTooLarge;
        return;
      }
    }
    // A line end may be half of the blank line: then the next chunk tells.
    if (isAtLineStart) return;
    const piece = this.#splitter.takePending();
    if (piece === undefined) return;
    if (!this.#isPassing) this.#commit(output);
    this.#isPassing = true;
    this.#text.forget(piece);
    output.push(piece);
  }

  /** The last frame has no blank line: it is completed, or dropped where the connection cut it in two. */
  #endWith(rest: Buffer, output: Buffer[]): void {
    const { data } = parseSseFrame(rest);
    if (data !== undefined && data !== '[DONE]' && !isJson(data)) return;
    const heldBefore = this.#held.length;
    const sentBefore = output.length;
    this.#takeFrame(rest, output);
    if (output.length > sentBefore) output.push(blankLine);
    else if (this.#held.length > heldBefore) this.#held.push(blankLine);
  }
}

/** What a tap has learned so far. A class, because an object with getters of its own costs each stream a kilobyte. */
class SseFacts implements StreamFacts {
  readonly #text: GeneratedText;
  isMeaningful = false;
  isTerminated = false;
  error: UpstreamError | undefined;
  images = 0;
  readUsage: (() => Usage | undefined) | undefined;

  constructor(text: GeneratedText) {
    this.#text = text;
  }

  get usage(): Usage | undefined {
    return this.readUsage?.();
  }

  get finishReason(): string | undefined {
    return this.#text.finishReason;
  }

  get hasFinish(): boolean {
    return this.finishReason !== undefined;
  }

  get generatedBytes(): number {
    return this.#text.byteLength;
  }

  get forgottenTextBytes(): number {
    return this.#text.forgottenBytes;
  }
}

const frameTooLarge: UpstreamError = {
  status: 502,
  message: `The upstream sent an event larger than ${maxFrameBytes} bytes.`,
  type: 'upstream_error',
  code: 'bad_upstream_response',
  param: null,
  isUnreadable: true,
};

function endsWithBlankLine(bytes: Buffer): boolean {
  const { length } = bytes;
  if (bytes[length - 1] !== 0x0a) return false;
  return bytes[length - 2] === 0x0a || (bytes[length - 2] === 0x0d && bytes[length - 3] === 0x0a);
}

function trimLineEnds(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d) end--;
  return bytes.subarray(0, end);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
