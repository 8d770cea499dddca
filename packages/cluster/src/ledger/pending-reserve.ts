import type { Reservation, ReserveResult } from '@turnpike/core';

/** A reservation that waits for its answer. */
export class PendingReserve {
  readonly reservation: Reservation;
  readonly startedAt = performance.now();
  readonly resolve: (result: ReserveResult) => void;
  readonly reject: (error: Error) => void;

  constructor(
    reservation: Reservation,
    resolve: (result: ReserveResult) => void,
    reject: (error: Error) => void,
  ) {
    this.reservation = reservation;
    this.resolve = resolve;
    this.reject = reject;
  }
}
