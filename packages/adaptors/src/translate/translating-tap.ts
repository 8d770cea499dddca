import { isGatewayError, type StreamEvent, type UpstreamError } from '@turnpike/core';
import type { StreamFacts, StreamTap } from '../codec.ts';
import type { StreamDecoder, StreamEncoder } from '../translation.ts';
import type { FrameReader } from '../wire/frames.ts';
import type { SseFrame } from '../wire/sse-frame.ts';
import { SaidText } from './said-text.ts';

export interface TranslatingTapParts {
  reader: FrameReader;
  decoder: StreamDecoder;
  encoder: StreamEncoder;
  /** Sees every event before it is encoded. */
  observe?: (event: StreamEvent) => void;
}

const nothing: readonly Buffer[] = [];

/**
 * A stream of one family as a stream of another: bytes of the upstream in, bytes of the client's protocol out. Errors and
 * the terminal bytes are withheld, and nothing goes out before something meaningful came, as on the byte plane.
 */
export class TranslatingTap implements StreamTap {
  readonly #parts: TranslatingTapParts;
  readonly #said = new SaidText();
  /** Parts that were opened and not closed yet. */
  readonly #open = new Map<string, { candidate: number; part: number }>();
  readonly #candidates = new Set<number>();
  readonly #finished = new Set<number>();
  readonly facts: StreamFacts = {
    isMeaningful: false,
    hasFinish: false,
    finishReason: undefined,
    isTerminated: false,
    usage: undefined,
    error: undefined,
    images: 0,
    generatedBytes: 0,
    forgottenTextBytes: 0,
  };
  #held: Buffer[] = [];
  #isFlowing = false;
  #isEnded = false;

  constructor(parts: TranslatingTapParts) {
    this.#parts = parts;
  }

  push(chunk: Buffer): readonly Buffer[] {
    return this.#take(() => this.#parts.reader.push(chunk));
  }

  end(): readonly Buffer[] {
    const output = [...this.#take(() => this.#parts.reader.end())];
    if (!this.#isOver && !this.#isEnded) {
      this.#isEnded = true;
      this.#guard(() => {
        this.#takeEvents(this.#parts.decoder.end(), output);
      });
    }
    return this.facts.error === undefined ? [...this.flushHeld(), ...output] : output;
  }

  flushHeld(): readonly Buffer[] {
    const held = this.#held;
    this.#held = [];
    this.#isFlowing = true;
    return held;
  }

  terminal(): Buffer {
    return this.#parts.encoder.terminal();
  }

  /** What ends the answer because the budget did: everything open is closed, and the finish is for length. */
  budgetCut(): Buffer {
    const events: StreamEvent[] = [...this.#open.values()].map((place) => ({
      type: 'end',
      ...place,
    }));
    for (const candidate of this.#candidates.size === 0 ? [0] : this.#candidates)
      if (!this.#finished.has(candidate))
        events.push({ type: 'finish', candidate, finish: { reason: 'length' } });
    events.push({ type: 'done' });
    const last = events.flatMap((event) => [...this.#parts.encoder.push(event)]);
    return Buffer.concat([...this.flushHeld(), ...last, this.terminal()]);
  }

  generatedText(): string {
    return this.#said.text();
  }

  get #isOver(): boolean {
    return this.facts.isTerminated || this.facts.error !== undefined;
  }

  #take(read: () => SseFrame[]): readonly Buffer[] {
    if (this.#isOver) return nothing;
    const output: Buffer[] = [];
    this.#guard(() => {
      for (const frame of read()) {
        this.#takeEvents(this.#parts.decoder.push(frame), output);
        if (this.#isOver) return;
      }
    });
    return output;
  }

  /** Whatever an upstream sends, it breaks this one answer at most. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.facts.error = toUpstreamError(error);
    }
  }

  #takeEvents(events: readonly StreamEvent[], output: Buffer[]): void {
    for (const event of events) {
      this.#note(event);
      if (this.facts.error !== undefined) return;
      this.#parts.observe?.(event);
      const encoded = this.#parts.encoder.push(event);
      if (this.facts.isMeaningful && !this.#isFlowing) output.push(...this.flushHeld());
      if (this.#isFlowing) output.push(...encoded);
      else this.#held.push(...encoded);
      if (this.facts.isTerminated) return;
    }
  }

  #note(event: StreamEvent): void {
    const { facts } = this;
    switch (event.type) {
      case 'start':
        facts.usage = event.usage ?? facts.usage;
        return;
      case 'part':
        this.#open.set(keyOf(event), { candidate: event.candidate, part: event.part });
        this.#candidates.add(event.candidate);
        // A name says something by itself; a text that was only opened does not.
        if (event.header.kind === 'tool-call') this.#say(event.header.name);
        if (event.header.kind === 'media' && event.header.media === 'image')
          facts.images = (facts.images ?? 0) + 1;
        facts.isMeaningful ||= !textKinds.has(event.header.kind);
        return;
      case 'text':
      case 'arguments':
        this.#say(event.delta);
        facts.isMeaningful ||= event.delta !== '';
        return;
      case 'bytes':
      case 'annotation':
        facts.isMeaningful = true;
        return;
      case 'end':
        this.#open.delete(keyOf(event));
        return;
      case 'usage':
        facts.usage = event.usage;
        return;
      case 'finish':
        this.#candidates.add(event.candidate);
        this.#finished.add(event.candidate);
        facts.hasFinish = true;
        facts.isMeaningful = true;
        facts.finishReason = event.finish.raw ?? event.finish.reason;
        return;
      case 'error':
        facts.error = event.error;
        return;
      case 'done':
        facts.isTerminated = true;
        return;
      case 'about':
      case 'state':
      case 'raw':
      case 'ping':
        return;
    }
  }

  #say(text: string): void {
    this.#said.add(text);
    this.facts.generatedBytes = this.#said.byteLength;
    this.facts.forgottenTextBytes = this.#said.forgottenBytes;
  }
}

const textKinds: ReadonlySet<string> = new Set(['text', 'refusal', 'reasoning']);

function keyOf({ candidate, part }: { candidate: number; part: number }): string {
  return `${String(candidate)}/${String(part)}`;
}

function toUpstreamError(error: unknown): UpstreamError {
  if (!isGatewayError(error)) throw error;
  return {
    status: 502,
    message: error.message,
    type: 'upstream_error',
    code: error.code,
    param: null,
    isUnreadable: true,
  };
}
