import type { LedgerRepository } from '@turnpike/core';
import type { TestStore } from './open-test-store.ts';

/** A ledger under its contract, and the store that it is part of. */
export interface OpenLedger {
  test: TestStore;
  ledger: LedgerRepository;
}
