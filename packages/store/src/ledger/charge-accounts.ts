import type { Account, AppliedUsage, Balance, PeriodSpend, UsageEvent } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import type { ChargedBalance, UsageWrites } from '../dialects/usage-writes.ts';
import { moveBalance, readBalances } from './balances.ts';
import { countSpends } from './period-spends.ts';
import { insertQuotaEntry } from './quota-entries.ts';
import { writeOffOf, type AccountSum, type UsageSums } from './usage-sums.ts';

type Balances = Pick<AppliedUsage, 'users' | 'apiTokens'>;

/**
 * Writes what was used: log rows, balances, roll-up. Whether a token is unlimited is decided by its row at this moment,
 * whatever it was when the request began: so the ledger adds up after a switch.
 *
 * @returns the balances of the users that were charged, and of the tokens that are limited or have a budget
 */
export async function chargeAccounts(
  trx: Knex,
  dialect: Dialect,
  sums: UsageSums,
  logs: UsageWrites['logs'],
  now: number,
): Promise<Balances> {
  if (sums.users.size === 0) return { users: [], apiTokens: [] };
  const charged = await dialect.writeUsage(trx, {
    logs,
    users: inOrder(sums.users),
    apiTokens: inOrder(sums.apiTokens),
    channels: inOrder(sums.channels),
    // In key order, so that two masters cannot deadlock.
    rollUp: [...sums.rollUp].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
  });
  const spends = {
    users: await countSpends(trx, 'user', charged.users, sums.users),
    apiTokens: await countSpends(trx, 'token', charged.apiTokens, sums.apiTokens),
  };
  const users = charged.users.map((balance) => toBalance(balance, spends.users));
  const limited = charged.apiTokens.filter(({ unlimited }) => !unlimited);
  const apiTokens = limited.map((balance) => toBalance(balance, spends.apiTokens));
  const budgeted = charged.apiTokens
    .filter(({ unlimited, spend }) => unlimited && spend !== undefined)
    .map((balance) => toBalance(balance, spends.apiTokens));
  return {
    users: await writeOffOverdrafts(trx, dialect, 'user', users, sums.users, now),
    apiTokens: [
      ...(await writeOffOverdrafts(trx, dialect, 'token', apiTokens, sums.apiTokens, now)),
      ...budgeted,
    ],
  };
}

/** Adds the balances of accounts whose events had all been charged before. */
export async function addUntouchedBalances(
  trx: Knex,
  events: readonly UsageEvent[],
  sums: UsageSums,
  balances: Balances,
): Promise<Balances> {
  const userIds = distinct(events.map(({ userId }) => userId));
  const apiTokenIds = distinct(events.map(({ apiTokenId }) => apiTokenId));
  const others = await readBalances(
    trx,
    userIds.filter((id) => !sums.users.has(id)),
    apiTokenIds.filter((id) => !sums.apiTokens.has(id)),
  );
  return {
    users: [...balances.users, ...others.users],
    apiTokens: [...balances.apiTokens, ...others.apiTokens],
  };
}

/** With the hard budget no balance stays below zero: the rest is written off, visibly. */
async function writeOffOverdrafts(
  trx: Knex,
  dialect: Dialect,
  kind: Account['kind'],
  balances: readonly Balance[],
  sums: ReadonlyMap<number, AccountSum>,
  now: number,
): Promise<Balance[]> {
  const after: Balance[] = [];
  for (const balance of balances) {
    const { id, quota, version } = balance;
    const sum = sums.get(id);
    const delta = sum === undefined ? 0 : writeOffOf(quota, sum);
    if (sum === undefined || delta === 0) {
      after.push(balance);
      continue;
    }
    const account = { kind, id };
    const reference = `write-off:${kind}:${sum.hardKey}`;
    await insertQuotaEntry(trx, dialect, { account, delta, reason: 'write-off', reference }, now);
    await moveBalance(trx, account, delta);
    // Its row is locked: nobody else has changed it meanwhile.
    after.push({ ...balance, quota: quota + delta, version: version + 1 });
  }
  return after;
}

function inOrder(sums: ReadonlyMap<number, AccountSum>): AccountSum[] {
  return [...sums.values()].sort((a, b) => a.id - b.id);
}

function toBalance(
  { id, quota, version }: ChargedBalance,
  spends: ReadonlyMap<number, PeriodSpend>,
): Balance {
  const spend = spends.get(id);
  return { id, quota, version, ...(spend !== undefined && { spend }) };
}

function distinct(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}
