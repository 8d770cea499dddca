import type { Loss } from '@turnpike/core';

/** Gathers what could not be carried. */
export class LossList {
  readonly losses: Loss[] = [];

  add(severity: Loss['severity'], what: Loss['what'], at: string, note: string): void {
    this.losses.push({ at, what, severity, note });
  }
}
