import type { Loss } from '@turnpike/core';

/** Gathers what could not be carried. */
export class LossList {
  readonly losses: Loss[] = [];

  add(severity: Loss['severity'], what: Loss['what'], at: string, note: string): void {
    this.losses.push({ at, what, severity, note });
  }

  /** One that was made elsewhere; nothing where there is none. */
  take(loss: Loss | undefined): void {
    if (loss !== undefined) this.losses.push(loss);
  }

  /** A file by address, for an upstream that takes only what is in the request. */
  addRemote(at: string, note: string, address: string, isSentAnyway = false): void {
    this.losses.push({
      at,
      what: isSentAnyway ? 'approximated' : 'dropped',
      severity: isSentAnyway ? 'warn' : 'fatal',
      note,
      address,
    });
  }
}
