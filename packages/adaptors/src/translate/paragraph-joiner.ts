import type { Loss, StreamEvent } from '@turnpike/core';
import type { StreamEncoder } from '../translation.ts';

type PartEvent = Extract<StreamEvent, { part: number }>;
type EndEvent = Extract<StreamEvent, { type: 'end' }>;

/** A thought whose paragraphs may still come. */
interface Thought {
  id: string;
  candidate: number;
  /** What the encoder knows it by. */
  part: number;
  /** What its paragraphs came as. */
  paragraphs: Set<number>;
  /** Those that have not ended. */
  open: Set<number>;
  hasText: boolean;
  /** A paragraph of a summary follows another one: its first words come behind a blank line. */
  isBroken: boolean;
  /** Held back: another paragraph may follow. */
  end: EndEvent | undefined;
}

const nothing: readonly Buffer[] = [];

/**
 * Makes one part of the paragraphs of a thought, which Responses streams as parts of one id. Protocols without
 * paragraphs have one thought with blank lines in a whole answer, and so they have it in a stream.
 */
export class ParagraphJoiner implements StreamEncoder {
  readonly #encoder: StreamEncoder;
  #thought: Thought | undefined;

  constructor(encoder: StreamEncoder) {
    this.#encoder = encoder;
  }

  get losses(): readonly Loss[] {
    return this.#encoder.losses;
  }

  push(event: StreamEvent): readonly Buffer[] {
    if (event.type === 'part') return this.#begin(event);
    if (this.#thought === undefined) return this.#encoder.push(event);
    if ('part' in event) return this.#takePiece(event, this.#thought);
    const closed = event.type === 'finish' ? this.#close() : nothing;
    return [...closed, ...this.#encoder.push(event)];
  }

  terminal(): Buffer {
    return this.#encoder.terminal();
  }

  #begin(event: Extract<StreamEvent, { type: 'part' }>): readonly Buffer[] {
    const { header, candidate, part } = event;
    const id = header.kind === 'reasoning' ? header.id : undefined;
    const before = this.#thought;
    if (id !== undefined && before?.id === id && before.candidate === candidate) {
      before.isBroken = before.hasText && header.kind === 'reasoning' && header.form === 'summary';
      before.paragraphs.add(part);
      before.open.add(part);
      before.end = undefined;
      return nothing;
    }
    const closed = this.#close();
    if (id !== undefined) {
      const told = { paragraphs: new Set([part]), open: new Set([part]) };
      const none = { hasText: false, isBroken: false, end: undefined };
      this.#thought = { id, candidate, part, ...told, ...none };
    }
    return [...closed, ...this.#encoder.push(event)];
  }

  #takePiece(event: PartEvent, thought: Thought): readonly Buffer[] {
    const { part, paragraphs, open } = thought;
    if (event.candidate !== thought.candidate || !paragraphs.has(event.part)) {
      return [...this.#close(), ...this.#encoder.push(event)];
    }
    if (event.type === 'end') {
      open.delete(event.part);
      // What a paragraph is as a whole is not what the thought is.
      const { final: _, ...rest } = event;
      if (open.size === 0) thought.end = paragraphs.size === 1 ? event : { ...rest, part };
      return nothing;
    }
    if (event.type !== 'text' || event.delta === '') return this.#encoder.push({ ...event, part });
    const lead = thought.isBroken ? '\n\n' : '';
    thought.isBroken = false;
    thought.hasText = true;
    return this.#encoder.push({ ...event, part, delta: lead + event.delta });
  }

  #close(): readonly Buffer[] {
    const end = this.#thought?.end;
    // One that is open goes on beside what else is said.
    if (end === undefined) return nothing;
    this.#thought = undefined;
    return this.#encoder.push(end);
  }
}
