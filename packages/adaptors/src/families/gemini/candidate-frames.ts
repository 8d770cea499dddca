import type { Extras, Finish, JsonRecord, Part } from '@turnpike/core';
import { correctFinish } from '../../translate/correct-finish.ts';
import { toCarrier } from './encode-response.ts';
import { encodeFinish } from './finish.ts';
import { GroundingWriter } from './grounding.ts';

/** One candidate of a stream: what its frames hold, and what is kept for the last of them. */
export class CandidateFrames {
  readonly #index: number;
  /** Signatures of thoughts that wait for the call which they led to. */
  loose: string[] = [];
  isEmpty = true;
  #hasCalls = false;
  #finish: Finish = { reason: 'other' };
  #extras: Extras | undefined;
  #partIndex = 0;
  readonly #grounding = new GroundingWriter();

  constructor(index: number) {
    this.#index = index;
  }

  /** A frame's piece of this candidate. */
  content(parts: readonly JsonRecord[]): JsonRecord {
    this.isEmpty = false;
    this.#hasCalls ||= parts.some((part) => part['functionCall'] !== undefined);
    return { content: { role: 'model', parts }, index: this.#index };
  }

  /** A part is complete: its sources are known now. */
  note(part: Part): void {
    this.#grounding.take(part, this.#partIndex);
    if (part.kind === 'text' || part.kind === 'refusal') this.#partIndex++;
  }

  takeLoose(): string[] {
    const taken = this.loose;
    this.loose = [];
    return taken;
  }

  finish(finish: Finish, extras: Extras | undefined): void {
    this.#finish = finish;
    this.#extras = extras;
  }

  /** The last frame's piece: the reason, and whatever has not found its place. */
  last(): JsonRecord {
    const rest = this.takeLoose().map(toCarrier);
    return {
      content: { role: 'model', parts: rest.length === 0 ? [{ text: '' }] : rest },
      finishReason: encodeFinish(correctFinish(this.#finish, this.#hasCalls)),
      index: this.#index,
      ...this.#grounding.metadata(),
      ...this.#extras?.gemini,
    };
  }
}
