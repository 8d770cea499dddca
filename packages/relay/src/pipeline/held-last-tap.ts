import type { StreamTap } from '@turnpike/adaptors';

/** For answers of raw bytes (speech): passes on everything but the newest piece, which waits for the bill. */
export class HeldLastTap implements StreamTap {
  readonly facts = {
    isMeaningful: false,
    hasFinish: false,
    finishReason: undefined,
    isTerminated: false,
    usage: undefined,
    error: undefined,
    images: 0,
    forgottenTextBytes: 0,
  };
  #held: Buffer | undefined;

  push(chunk: Buffer): readonly Buffer[] {
    const previous = this.#held;
    this.#held = chunk;
    if (previous === undefined) return [];
    this.facts.isMeaningful = true;
    return [previous];
  }

  end(): readonly Buffer[] {
    this.facts.isMeaningful = true;
    this.facts.hasFinish = true;
    return [];
  }

  /** Nothing is held for the sake of a retry here. */
  flushHeld(): readonly Buffer[] {
    return [];
  }

  terminal(): Buffer {
    return this.#held ?? Buffer.alloc(0);
  }

  generatedText(): string {
    return '';
  }
}
