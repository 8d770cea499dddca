import type { Clock, Logger } from '@turnpike/core';
import type { LedgerMetrics, LedgerOperation } from './ledger-metrics.ts';

const INTERVAL_MS = 1000;

/** Counts every failure and logs one a second: while Redis is away each request has one. */
export class FailureLog {
  readonly #deps: { logger: Logger; clock: Clock; metrics: LedgerMetrics };
  #silentUntil = 0;
  #silenced = 0;

  constructor(deps: { logger: Logger; clock: Clock; metrics: LedgerMetrics }) {
    this.#deps = deps;
  }

  add(operation: LedgerOperation, error: unknown): void {
    const { logger, clock, metrics } = this.#deps;
    metrics.failed(operation);
    const now = clock.now();
    if (now < this.#silentUntil) {
      this.#silenced += 1;
      return;
    }
    logger.warn({ err: error, operation, silenced: this.#silenced }, 'ledger call failed');
    this.#silentUntil = now + INTERVAL_MS;
    this.#silenced = 0;
  }
}
