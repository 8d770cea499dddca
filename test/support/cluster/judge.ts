import { tmpdir } from 'node:os';
import { findUnnoticedMutations, readBooks, verifyLedger, type Books } from '../../load/books.mjs';
import { findBillingErrors } from '../../load/oracle.mjs';
import type { Sight } from '../../load/traffic.mjs';
import type { AdminClient } from '../admin-client.mjs';
import { price, type ClusterWorld } from './cluster-world.ts';
import { readTokenState, readUserState, type AccountState } from './redis-state.ts';

export interface CaseAccount {
  /** The management API as this user. */
  owner: AdminClient;
  userId: number;
  apiTokenId: number;
  tokenName: string;
  key: string;
  startQuota?: number | undefined;
}

export interface CaseEvidence {
  accounts: readonly CaseAccount[];
  sights: readonly Sight[];
  /** How many requests the simulator had served before. */
  since: number;
  /** No relay was killed, no client left, no upstream failed. */
  isCalm?: boolean;
  /** Budgets are soft. */
  mayOverdraw?: boolean;
  /** Whether wrong books would be noticed; takes a while. */
  provesItself?: boolean;
}

/** Everything that does not fit: the oracle's findings, `verify-ledger`'s, and balances in Redis that are not the database's. */
export async function judge(
  world: ClusterWorld,
  { accounts, sights, since, provesItself = false, ...rules }: CaseEvidence,
): Promise<string[]> {
  const all = await world.simulator.served(since);
  const served = all.filter(({ requestId }) => requestId !== '');
  const check = (books: Books): string[] =>
    findBillingErrors({ sights, served, books, price, ...rules });
  const books = await readBooks(world.books, accounts);
  const problems = check(books);
  problems.push(...(await findStaleBalances(world, accounts, books)));
  problems.push(...(await verifyLedger({ cwd: tmpdir(), env: { SQL_DSN: world.database.url } })));
  if (provesItself && problems.length === 0)
    problems.push(...(await findUnnoticedMutations({ connection: world.books, accounts, check })));
  return problems;
}

async function findStaleBalances(
  world: ClusterWorld,
  accounts: readonly CaseAccount[],
  books: Books,
): Promise<string[]> {
  const found: string[] = [];
  const compare = ({ key, version, quota }: AccountState, stored: number): void => {
    if (version !== undefined && quota !== stored)
      found.push(`${key} has ${quota}, the database ${stored}`);
  };
  for (const { userId, apiTokenId, tokenName } of accounts) {
    const redis = world.redis.direct;
    compare(await readUserState(redis, userId), books.users.get(userId)?.quota ?? 0);
    const token = books.tokens.get(tokenName);
    if (token !== undefined && !token.isUnlimited)
      compare(await readTokenState(redis, userId, apiTokenId), token.remainQuota);
  }
  return found;
}
