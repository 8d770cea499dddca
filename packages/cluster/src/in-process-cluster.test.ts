import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, systemClock, type LedgerRepository, type Logger } from '@turnpike/core';
import { makeUsageEvent, waitUntil } from '@turnpike/core/testing';
import { openInProcessCluster, type InProcessCluster } from './in-process-cluster.ts';
import { reservation, TOKEN, USER } from './ledger/ledger-samples.contract.ts';

const fullDisk = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });

/** A database with one user and token, which fails as it is told, and may have committed all the same. */
/** Which ones there are is the store's to know. */
const outages: ReadonlySet<unknown> = new Set(['SQLITE_FULL', 'ECONNRESET', 'ECONNREFUSED']);

class Database implements Pick<LedgerRepository, 'applyUsage' | 'readBalances'> {
  failure: Error | undefined;
  quota = 1000;
  version = 1;

  readBalances(): ReturnType<LedgerRepository['readBalances']> {
    if (this.failure !== undefined) throw this.failure;
    const balance = { quota: this.quota, version: this.version };
    return Promise.resolve({
      users: [{ id: USER, ...balance }],
      apiTokens: [{ id: TOKEN, ...balance }],
    });
  }

  checkWrites(): Promise<void> {
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
  }

  applyUsage(): ReturnType<LedgerRepository['applyUsage']> {
    return this.failure === undefined
      ? Promise.resolve({ charged: 1, repeated: 0, users: [], apiTokens: [] })
      : Promise.reject(this.failure);
  }
}

let database: Database;
let cluster: InProcessCluster;
let logged: string[];
beforeEach(() => {
  database = new Database();
  logged = [];
  const logger: Logger = { ...silentLogger, error: (_fields, message) => logged.push(message) };
  cluster = openInProcessCluster({
    ledgerRepository: database,
    tokenSource: {
      findTokenRecord: () => Promise.reject(database.failure ?? new Error('nothing to find')),
    },
    checkWrites: () => database.checkWrites(),
    isOutage: (error) => outages.has((error as { code?: unknown }).code),
    responseStore: { maxBytes: 0, lifeMs: 1 },
    notificationTable: undefined as never,
    clock: systemClock,
    logger,
  });
});
afterEach(async () => {
  await cluster.usageSink.close();
  await cluster.close();
});

/** The database is well again, and was seen to be. */
async function mend(): Promise<void> {
  database.failure = undefined;
  await waitUntil(() => cluster.findObstacles().length === 0);
}

const charge = (requestId: string): Promise<void> =>
  cluster.usageSink.publish([
    makeUsageEvent({ requestId, userId: USER, apiTokenId: TOKEN, quota: 300 }),
  ]);

describe('standalone mode while its database cannot be written', () => {
  it('refuses as something to try again, tells the operator, and keeps nothing set aside', async () => {
    for (const id of ['a', 'b', 'c']) await cluster.ledger.reserve(reservation(id, 300));
    expect(await cluster.ledger.reserve(reservation('d', 300))).toMatchObject({ allowed: false });
    database.failure = fullDisk;
    const results = await Promise.allSettled(['a', 'b', 'c'].map(charge));
    for (const result of results)
      expect(result).toMatchObject({ reason: { code: 'not_ready', status: 503 } });
    expect(logged).toEqual(['the database cannot be used: requests are refused until it can']);
    expect(await cluster.ledger.openEntries()).toEqual({ count: 0, amount: 0 });

    await mend();
    expect(await cluster.ledger.reserve(reservation('e', 1000))).toMatchObject({ allowed: true });
  });

  it('goes by what was committed where the database could not say so', async () => {
    await cluster.ledger.reserve(reservation('a', 300));
    database.failure = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    database.quota = 700;
    database.version = 2;
    await expect(charge('a')).rejects.toMatchObject({ code: 'not_ready' });
    await mend();
    expect(await cluster.ledger.reserve(reservation('b', 701))).toMatchObject({ allowed: false });
    expect(await cluster.ledger.reserve(reservation('c', 700))).toMatchObject({ allowed: true });
  });

  it.each([
    ['token', () => cluster.tokenDirectory.find('hash', 'key')],
    ['balance', async () => cluster.ledger.reserve(reservation('a', 1))],
  ])('refuses likewise whose %s is not known yet', async (_what, ask) => {
    database.failure = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    await expect(ask()).rejects.toMatchObject({ code: 'not_ready' });
  });

  it('lets nobody in whose answer could not be charged, until it can', async () => {
    await cluster.ledger.reserve(reservation('a', 300));
    database.failure = fullDisk;
    await expect(charge('a')).rejects.toMatchObject({ code: 'not_ready' });
    expect(await cluster.ledger.reserve(reservation('b', 1))).toEqual({
      allowed: false,
      reason: 'no-room',
    });
    expect(cluster.findObstacles()).toEqual([expect.stringContaining('(SQLITE_FULL)')]);
    await mend();
    expect(await cluster.ledger.reserve(reservation('b', 1))).toMatchObject({ allowed: true });
  });

  it('calls no bug an outage', async () => {
    database.failure = Object.assign(new Error('no such column'), { code: 'SQLITE_ERROR' });
    await expect(charge('a')).rejects.toBe(database.failure);
    database.failure = new RangeError('quota is no integer');
    await expect(charge('b')).rejects.toBe(database.failure);
    expect(logged).toEqual([]);
    expect(cluster.findObstacles()).toEqual([]);
  });
});
