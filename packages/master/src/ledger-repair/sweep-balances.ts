import type {
  AccountBatch,
  AccountDirectory,
  AccountSource,
  Balance,
  LedgerBook,
  LedgerRepository,
  Logger,
} from '@turnpike/core';
import type { MasterMetrics } from '../master-metrics.ts';

export interface BalanceSweepDeps {
  ledgerBook: Pick<LedgerBook, 'balances' | 'overwrite'>;
  ledgerRepository: Pick<LedgerRepository, 'readBalances'>;
  accountSource: Pick<AccountSource, 'read'>;
  accountDirectory: Pick<AccountDirectory, 'put'>;
  metrics: Pick<MasterMetrics, 'accountAhead'>;
  logger: Logger;
}

/**
 * Compares the balances of the cluster's ledger with the database, which is right in any case. An older one is brought
 * up to date. A newer one means that the database was restored to an earlier moment: it is set back, with an alarm.
 */
export function createBalanceSweep(deps: BalanceSweepDeps): () => Promise<void> {
  return async () => {
    // The ledger is read before the database: a commit in between makes the database newer, never the ledger.
    for await (const page of deps.ledgerBook.balances()) await sweepPage(deps, page);
  };
}

type Balances = Pick<Awaited<ReturnType<LedgerRepository['readBalances']>>, 'users' | 'apiTokens'>;

async function sweepPage(deps: BalanceSweepDeps, known: Balances): Promise<void> {
  const stored = await deps.ledgerRepository.readBalances(
    known.users.map(({ id }) => id),
    known.apiTokens.map(({ id }) => id),
  );
  const users = findDifferences(known.users, stored.users);
  const apiTokens = findDifferences(known.apiTokens, stored.apiTokens);
  if (users.length + apiTokens.length === 0) return;
  const accounts = await deps.accountSource.read({
    userIds: users.map(({ id }) => id),
    apiTokenIds: apiTokens.map(({ id }) => id),
  });
  await deps.accountDirectory.put(accounts);
  await setBack(deps, accounts, { users, apiTokens });
}

/** Accounts that the database does not have, or whose balance does not count, are left out. */
function findDifferences(known: readonly Balance[], stored: readonly Balance[]): Balance[] {
  const byId = new Map(stored.map((balance) => [balance.id, balance]));
  return known.filter((balance) => {
    const other = byId.get(balance.id);
    if (other === undefined) return false;
    return other.version !== balance.version || other.quota !== balance.quota;
  });
}

async function setBack(
  deps: BalanceSweepDeps,
  accounts: AccountBatch,
  known: Balances,
): Promise<void> {
  for (const { id, quota, quotaVersion: version, spend } of accounts.users) {
    const before = known.users.find((balance) => balance.id === id);
    if (before === undefined) continue;
    await setBackOne(deps, { kind: 'user', userId: id }, before, {
      ...{ id, quota, version },
      ...(spend && { spend }),
    });
  }
  for (const { id, userId, quota, quotaVersion: version, spend } of accounts.apiTokens) {
    const before = known.apiTokens.find((balance) => balance.id === id);
    if (before === undefined) continue;
    await setBackOne(deps, { kind: 'token', userId }, before, {
      ...{ id, quota, version },
      ...(spend && { spend }),
    });
  }
}

/** The same version with another amount is such a case too: the restored database has counted up to it again. */
async function setBackOne(
  { ledgerBook, metrics, logger }: BalanceSweepDeps,
  account: { kind: 'user' | 'token'; userId: number },
  before: Balance,
  stored: Balance,
): Promise<void> {
  const isSame = before.version === stored.version && before.quota === stored.quota;
  if (before.version < stored.version || isSame) return;
  if (!(await ledgerBook.overwrite(account, stored, before.version))) return;
  metrics.accountAhead();
  logger.error(
    { ...account, id: stored.id, ledger: before, database: stored },
    'balance in redis was newer than in the database: set back. was the database restored?',
  );
}
