import type { LedgerRepository } from '@turnpike/core';
import type { TestStore } from '../testing/open-test-store.ts';
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

/** Every promise of `LedgerRepository`. */
export function describeLedgerRepository(
  name: string,
  open: () => Promise<TestStore>,
  pick?: (test: TestStore) => LedgerRepository,
): void {
  for (const describePart of parts) describePart(name, open, pick);
}
