import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import type { LedgerRepository } from '@turnpike/core';
import type { OpenLedger } from '../testing/open-ledger.ts';
import type { TestStore } from '../testing/open-test-store.ts';
import { expectBalancedBooks } from '../testing/read-ledger.ts';
import { describeLedgerBudgets } from './ledger-budgets.contract.ts';
import { describeLedgerCharges } from './ledger-charges.contract.ts';
import { describeLedgerCorrections } from './ledger-corrections.contract.ts';
import { describeLedgerEdits } from './ledger-edits.contract.ts';
import { describeLedgerRecords } from './ledger-records.contract.ts';
import { describeLedgerRefunds } from './ledger-refunds.contract.ts';

const parts = [
  describeLedgerCharges,
  describeLedgerCorrections,
  describeLedgerRecords,
  describeLedgerEdits,
  describeLedgerRefunds,
  describeLedgerBudgets,
];

/** Every promise of `LedgerRepository`, on one store: after each test the whole ledger must add up. */
export function describeLedgerRepository(
  name: string,
  open: () => Promise<TestStore>,
  pick: (test: TestStore) => LedgerRepository = (test) => test.store.ledgerRepository,
): void {
  describe(`LedgerRepository (${name})`, () => {
    let opened: OpenLedger;
    beforeAll(async () => {
      const test = await open();
      opened = { test, ledger: pick(test) };
    });
    afterEach(() => expectBalancedBooks(opened));
    afterAll(() => opened.test.close());

    for (const describePart of parts) describePart(() => opened);
  });
}
