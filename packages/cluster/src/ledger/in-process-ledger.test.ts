import { systemClock, type AppliedUsage, type Balance } from '@turnpike/core';
import type { LedgerHarness } from './ledger-harness.contract.ts';
import { describeLedgerBudgets } from './ledger-budgets.contract.ts';
import { describeLedger } from './ledger.contract.ts';
import { InProcessLedger } from './in-process-ledger.ts';

function open(): Promise<LedgerHarness> {
  const users = new Map<number, Balance>();
  const apiTokens = new Map<number, Balance>();
  const known = (balances: Map<number, Balance>, ids: readonly number[]): Balance[] =>
    ids.flatMap((id) => balances.get(id) ?? []);
  const ledger = new InProcessLedger({
    clock: systemClock,
    hasRoom: () => true,
    ledgerRepository: {
      readBalances: (userIds, apiTokenIds) =>
        Promise.resolve({ users: known(users, userIds), apiTokens: known(apiTokens, apiTokenIds) }),
    },
  });
  return Promise.resolve({
    ledger,
    absorb: (events, applied) => ledger.absorb(events, applied),
    refresh: (accounts) => ledger.invalidate(accounts),
    commitBalance({ kind, id }, quota, spend) {
      const balances = kind === 'user' ? users : apiTokens;
      const version = (balances.get(id)?.version ?? 0) + 1;
      balances.set(id, { id, quota, version, ...(spend && { spend }) });
    },
    applied: (userId, apiTokenId): AppliedUsage => ({
      charged: 0,
      repeated: 0,
      users: known(users, [userId]),
      apiTokens: known(apiTokens, [apiTokenId]),
    }),
    close: () => Promise.resolve(),
  });
}

describeLedger('in process', open);
describeLedgerBudgets('in process', open);
