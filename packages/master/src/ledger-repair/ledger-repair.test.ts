import { describe, expect, it } from '@jest/globals';
import {
  silentLogger,
  type AccountBatch,
  type Balance,
  type OpenEntry,
  type ScheduledJob,
  type UsageBatch,
  type UsageEvent,
} from '@turnpike/core';
import { createInMemoryParkedUsage, makeUsageEvent } from '@turnpike/core/testing';
import { createFakeCharges } from '../testing/fake-charges.ts';
import { createFakeMetrics } from '../testing/fake-metrics.ts';
import { listRepairJobs } from './list-repair-jobs.ts';

const NOW = 1_790_000_000_000;
const MINUTE = 60_000;

type LedgerAccount = { kind: 'user' | 'token'; id: number };

/** A cluster's ledger and database, as far as repair can see them. */
function openRepair() {
  const clock = { now: () => NOW };
  const charges = createFakeCharges(clock);
  const parkedUsage = createInMemoryParkedUsage();
  const metrics = createFakeMetrics();
  const state = {
    due: [] as OpenEntry[],
    open: [] as OpenEntry[],
    balances: { users: [] as Balance[], apiTokens: [] as Balance[] },
    stored: { users: [] as Balance[], apiTokens: [] as Balance[] },
    options: {} as Record<string, string>,
    oldestMs: 0,
    mismatches: [] as number[],
  };
  const added: UsageBatch[] = [];
  const absorbed: UsageEvent[] = [];
  const put: AccountBatch[] = [];
  const overwritten: [LedgerAccount['kind'], number, Balance, number][] = [];
  let batchNumber = 0;

  const jobs = listRepairJobs({
    ledgerBook: {
      expireDue: async () => state.due,
      async *openEntries() {
        yield state.open;
      },
      async absorb(events) {
        absorbed.push(...events);
      },
      async *balances() {
        yield state.balances;
      },
      async overwrite({ kind, userId }, balance, ifVersion) {
        overwritten.push([kind, userId, balance, ifVersion]);
        return true;
      },
    },
    ledgerRepository: {
      ...charges,
      readBalances: async (userIds, apiTokenIds) => ({
        users: state.stored.users.filter(({ id }) => userIds.includes(id)),
        apiTokens: state.stored.apiTokens.filter(({ id }) => apiTokenIds.includes(id)),
      }),
      verifyPage: async (kind, afterId, limit) => ({
        checked: limit,
        mismatches: state.mismatches
          .filter((id) => kind === 'user' && id > afterId && id <= afterId + limit)
          .map((id) => ({ account: { kind, id }, balance: 1, expected: 2 })),
        lastId: afterId < 1000 ? afterId + limit : undefined,
      }),
    },
    accountSource: {
      read: async ({ userIds, apiTokenIds }) => toAccounts(state.stored, userIds, apiTokenIds),
    },
    accountDirectory: {
      async put(accounts) {
        put.push(accounts);
      },
    },
    usageQueue: {
      async add(batch) {
        added.push(batch);
      },
      counts: async () => ({ waiting: 0, active: 0, delayed: 0, oldestMs: state.oldestMs }),
    },
    parkedUsage,
    options: { all: async () => state.options },
    newBatchId: () => `batch-${String((batchNumber += 1))}`,
    nodeId: 'master-1',
    metrics,
    clock,
    logger: silentLogger,
    settings: { expireIntervalMs: 5000, sweepIntervalMs: MINUTE, recoverAfterMs: 10 * MINUTE },
  });
  const run = (name: string) => (jobs.find((job) => job.name === name) as ScheduledJob).run();
  return { state, charges, parkedUsage, metrics, added, absorbed, put, overwritten, jobs, run };
}

function toAccounts(
  stored: { users: readonly Balance[]; apiTokens: readonly Balance[] },
  userIds: readonly number[],
  apiTokenIds: readonly number[],
): AccountBatch {
  return {
    users: stored.users
      .filter(({ id }) => userIds.includes(id))
      .map(({ id, quota, version }) => ({
        id,
        username: `user-${String(id)}`,
        role: 1,
        status: 1,
        group: 'default',
        limits: undefined,
        quota,
        quotaVersion: version,
        recordVersion: 1,
      })),
    apiTokens: stored.apiTokens
      .filter(({ id }) => apiTokenIds.includes(id))
      .map(({ id, quota, version }) => ({
        id,
        userId: id - 100,
        keyHash: '',
        name: `token-${String(id)}`,
        status: 1,
        expiredTime: -1,
        unlimitedQuota: false,
        models: undefined,
        subnets: [],
        limits: undefined,
        quota,
        quotaVersion: version,
        recordVersion: 1,
      })),
    removedApiTokens: [],
  };
}

let entryNumber = 0;
function makeEntry(fields: Partial<OpenEntry> = {}): OpenEntry {
  entryNumber += 1;
  return {
    requestId: `request-${String(entryNumber)}`,
    userId: 1,
    apiTokenId: 101,
    unlimitedToken: false,
    hardBudget: false,
    model: 'gpt-4o',
    amount: 40,
    state: 'settled',
    nodeId: 'relay-1',
    since: NOW - MINUTE,
    ...fields,
  };
}

const balance = (id: number, quota: number, version: number): Balance => ({ id, quota, version });
const idsOf = (events: readonly { requestId: string }[]) => events.map((one) => one.requestId);
const publishedIds = (batches: readonly UsageBatch[]) =>
  batches.flatMap(({ events }) => idsOf(events));

describe('the repair jobs', () => {
  it('have names and intervals for the scheduler', () => {
    expect(openRepair().jobs.map(({ name, intervalMs }) => [name, intervalMs])).toEqual([
      ['expire-entries', 5000],
      ['sweep-ledger', MINUTE],
      ['check-ledger-drift', 60 * MINUTE],
    ]);
  });
});

describe('expiring entries', () => {
  it('publishes a refund that names user, token and model', async () => {
    const { state, added, metrics, run } = openRepair();
    state.stored = { users: [balance(1, 5, 1)], apiTokens: [balance(101, 5, 1)] };
    state.due = [makeEntry({ state: 'expired', hardBudget: true, unlimitedToken: true })];

    await run('expire-entries');

    expect(added).toEqual([
      { v: 1, id: 'batch-1', nodeId: 'master-1', events: [expect.anything()] },
    ]);
    expect(added[0]?.events[0]).toMatchObject({
      requestId: state.due[0]?.requestId,
      at: state.due[0]?.since,
      username: 'user-1',
      apiTokenName: 'token-101',
      billedModel: 'gpt-4o',
      quota: 0,
      endState: 'expired',
      hardBudget: true,
      unlimitedToken: true,
      nodeId: 'relay-1',
    });
    expect(metrics.counts).toEqual({ expired: 1 });
  });

  it('charges the estimate where the administrator decided so', async () => {
    const { state, added, run } = openRepair();
    state.options = { UnsettledHoldPolicy: 'charge' };
    state.due = [makeEntry({ state: 'expired', amount: 77 })];

    await run('expire-entries');

    expect(added[0]?.events[0]).toMatchObject({ quota: 77, endState: 'expired', username: '' });
  });

  it('fills batches of at most 500 events', async () => {
    const { state, added, run } = openRepair();
    state.due = Array.from({ length: 1001 }, () => makeEntry({ state: 'expired' }));

    await run('expire-entries');

    expect(added.map(({ id, events }) => [id, events.length])).toEqual([
      ['batch-1', 500],
      ['batch-2', 500],
      ['batch-3', 1],
    ]);
  });

  it('publishes nothing for a request whose usage is parked', async () => {
    const { state, added, parkedUsage, run } = openRepair();
    state.due = [makeEntry({ state: 'expired' })];
    await parkedUsage.park([makeUsageEvent({ requestId: state.due[0]!.requestId })], 'bad');

    await run('expire-entries');

    expect(added).toEqual([]);
  });
});

describe('the sweep of entries', () => {
  it('absorbs entries whose request is charged', async () => {
    const { state, charges, absorbed, added, run } = openRepair();
    const settled = makeEntry();
    const recovered = makeEntry({ since: NOW - 60 * MINUTE });
    const expired = makeEntry({ state: 'expired' });
    const held = makeEntry({ state: 'held' });
    charges.requests.set(settled.requestId, 'real');
    charges.requests.set(recovered.requestId, 'recovered');
    charges.requests.set(expired.requestId, 'expired');
    charges.requests.set(held.requestId, 'expired');
    state.open = [settled, recovered, expired, held];

    await run('sweep-ledger');

    expect(idsOf(absorbed)).toEqual(idsOf([settled, recovered, expired]));
    expect(added).toEqual([]);
  });

  it('keeps a settled entry beside an assumed refund: its real event is on its way', async () => {
    const { state, charges, absorbed, added, run } = openRepair();
    const entry = makeEntry();
    charges.requests.set(entry.requestId, 'expired');
    state.open = [entry];

    await run('sweep-ledger');

    expect(absorbed).toEqual([]);
    expect(added).toEqual([]);
  });

  it('publishes an expired entry again when its master died in between', async () => {
    const { state, added, run } = openRepair();
    const fresh = makeEntry({ state: 'expired', since: NOW - MINUTE });
    const lost = makeEntry({ state: 'expired', since: NOW - MINUTE - 1 });
    state.open = [fresh, lost];

    await run('sweep-ledger');

    expect(publishedIds(added)).toEqual([lost.requestId]);
    expect(added[0]?.events[0]).toMatchObject({ endState: 'expired', quota: 0 });
  });

  it('recovers a settled entry whose relay and journal are gone, by its amount', async () => {
    const { state, added, metrics, run } = openRepair();
    const waiting = makeEntry({ since: NOW - 10 * MINUTE });
    const lost = makeEntry({ since: NOW - 10 * MINUTE - 1, amount: 123 });
    state.open = [waiting, lost];

    await run('sweep-ledger');

    expect(publishedIds(added)).toEqual([lost.requestId]);
    expect(added[0]?.events[0]).toMatchObject({ endState: 'recovered', quota: 123 });
    expect(metrics.counts).toEqual({ recovered: 1 });
  });

  it('publishes nothing while older events wait in the queue', async () => {
    const { state, added, run } = openRepair();
    state.open = [
      makeEntry({ since: NOW - 30 * MINUTE }),
      makeEntry({ state: 'expired', since: NOW - 20 * MINUTE }),
    ];
    state.oldestMs = 31 * MINUTE;

    await run('sweep-ledger');

    expect(added).toEqual([]);
  });

  it('publishes nothing for a request whose usage is parked', async () => {
    const { state, added, absorbed, parkedUsage, run } = openRepair();
    state.open = [
      makeEntry({ since: NOW - 30 * MINUTE }),
      makeEntry({ state: 'expired', since: NOW - 30 * MINUTE }),
    ];
    for (const { requestId } of state.open)
      await parkedUsage.park([makeUsageEvent({ requestId })], 'bad');

    await run('sweep-ledger');

    expect([added, absorbed]).toEqual([[], []]);
    expect(await parkedUsage.count()).toBe(2);
  });

  it('forgets parked events that were charged by a master that died then', async () => {
    const { charges, parkedUsage, run } = openRepair();
    const [charged, refunded, waiting] = [makeUsageEvent(), makeUsageEvent(), makeUsageEvent()];
    await parkedUsage.park([charged, refunded, waiting], 'bad');
    charges.requests.set(charged.requestId, 'real');
    charges.requests.set(refunded.requestId, 'expired');

    await run('sweep-ledger');

    expect([...parkedUsage.events.keys()]).toEqual(idsOf([refunded, waiting]));
  });
});

describe('the sweep of balances', () => {
  it('brings up to date what is older in Redis, and leaves the rest alone', async () => {
    const { state, put, overwritten, run } = openRepair();
    state.balances = {
      users: [balance(1, 10, 4), balance(2, 20, 7), balance(3, 1, 1)],
      apiTokens: [balance(101, 5, 2)],
    };
    state.stored = {
      users: [balance(1, 9, 5), balance(2, 20, 7)],
      apiTokens: [balance(101, 5, 2)],
    };

    await run('sweep-ledger');

    expect(put).toHaveLength(1);
    expect(put[0]?.users).toMatchObject([{ id: 1, quota: 9, quotaVersion: 5 }]);
    expect(put[0]?.apiTokens).toEqual([]);
    expect(overwritten).toEqual([]);
  });

  it('sets back what is newer in Redis, by compare and set, with an alarm', async () => {
    const { state, overwritten, metrics, run } = openRepair();
    state.balances = { users: [balance(1, 10, 9)], apiTokens: [balance(101, 5, 8)] };
    state.stored = { users: [balance(1, 50, 6)], apiTokens: [balance(101, 70, 8)] };

    await run('sweep-ledger');

    expect(overwritten).toEqual([
      ['user', 1, balance(1, 50, 6), 9],
      // The restored database has counted up to the same version again.
      ['token', 1, balance(101, 70, 8), 8],
    ]);
    expect(metrics.counts).toEqual({ ahead: 2 });
  });
});

describe('the drift check', () => {
  it('goes through all pages and reports how many accounts are off', async () => {
    const { state, metrics, run } = openRepair();
    state.mismatches = [3, 501, 1400];

    await run('check-ledger-drift');
    expect(metrics.counts).toEqual({ drift: 3 });

    state.mismatches = [];
    await run('check-ledger-drift');
    expect(metrics.counts).toEqual({ drift: 0 });
  });
});
