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

  /**
   * A file by address, for an upstream that takes only what is in the request.
   *
   * @param isRefused the address stays where it is, and the upstream refuses the request for it
   */
  addRemote(at: string, note: string, address: string, isRefused = false): void {
    const loss: Loss = { at, what: 'dropped', severity: 'fatal', note, address };
    this.losses.push(isRefused ? { ...loss, isRefused } : loss);
  }
}
