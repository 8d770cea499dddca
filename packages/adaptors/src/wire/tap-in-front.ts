import type { StreamTap } from '../codec.ts';

/** A tap that changes what comes before another one sees it, and leaves to that one what the client gets. */
export abstract class TapInFront {
  protected readonly tap: StreamTap;

  constructor(tap: StreamTap) {
    this.tap = tap;
  }

  flushHeld(): readonly Buffer[] {
    return this.tap.flushHeld();
  }

  terminal(): Buffer {
    return this.tap.terminal();
  }

  budgetCut(): Buffer | undefined {
    return this.tap.budgetCut?.();
  }

  generatedText(): string {
    return this.tap.generatedText();
  }
}
