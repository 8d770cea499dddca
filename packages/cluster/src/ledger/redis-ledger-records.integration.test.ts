import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountBatch, OpenEntry } from '@turnpike/core';
import { sharedRedisUrl } from '../../../../test/support/redis.ts';
import { reservation, TOKEN, USER, usageOf } from './ledger-samples.contract.ts';
import { openRedisHarness, type RedisLedgerHarness } from './redis-ledger-harness.contract.ts';

const nothing: AccountBatch = { users: [], apiTokens: [], removedApiTokens: [] };

describe('accounts in the ledger over Redis', () => {
  let harness: RedisLedgerHarness;
  beforeEach(async () => {
    harness = await openRedisHarness({ url: sharedRedisUrl() });
    harness.commitBalance({ kind: 'user', id: USER }, 1000);
    harness.commitBalance({ kind: 'token', id: TOKEN }, 400);
  });
  afterEach(() => harness.close());

  const versions = (version: number) => ({
    userRecordVersion: version,
    apiTokenRecordVersion: version,
  });

  it('asks for what is not loaded, and admits when it is', async () => {
    const { ledger, missing, book } = harness;
    expect(await ledger.reserve(reservation('a', 1))).toEqual({
      allowed: false,
      reason: 'not-loaded',
    });
    expect(missing).toEqual([{ userIds: [USER], apiTokenIds: [TOKEN] }]);
    await book.hydrate({ ...nothing, users: [harness.user(USER)] });
    expect(await ledger.reserve(reservation('a', 1))).toMatchObject({ reason: 'not-loaded' });
    expect(missing.at(-1)).toEqual({ userIds: [], apiTokenIds: [TOKEN] });
    await book.hydrate({ ...nothing, apiTokens: [harness.apiToken(TOKEN, USER)] });
    expect(await ledger.reserve(reservation('a', 1))).toMatchObject({ allowed: true });
  });

  it('does not open an account by a balance alone', async () => {
    await harness.absorb([usageOf('elsewhere', 5)], harness.applied(USER, TOKEN));
    expect(await harness.ledger.reserve(reservation('a', 1))).toMatchObject({
      reason: 'not-loaded',
    });
  });

  it('keeps the newer balance, whichever comes last', async () => {
    const old = harness.user(USER);
    harness.commitBalance({ kind: 'user', id: USER }, 50);
    await harness.absorb([usageOf('elsewhere', 950)], harness.applied(USER, TOKEN));
    await harness.book.hydrate({
      ...nothing,
      users: [old],
      apiTokens: [harness.apiToken(TOKEN, USER)],
    });
    expect(await harness.ledger.reserve(reservation('a', 51))).toEqual({
      ...{ allowed: false, reason: 'user-quota', available: 50 },
    });
  });

  it('refuses a caller that was let in with an older record', async () => {
    const load = (recordVersion: number) =>
      harness.book.hydrate({
        ...nothing,
        users: [harness.user(USER, { recordVersion })],
        apiTokens: [harness.apiToken(TOKEN, USER, { recordVersion })],
      });
    await load(5);
    expect(await harness.ledger.reserve(reservation('a', 1, versions(4)))).toEqual({
      ...{ allowed: false, reason: 'stale-record' },
    });
    expect(
      await harness.ledger.reserve(
        reservation('a', 1, { ...versions(5), apiTokenRecordVersion: 4 }),
      ),
    ).toMatchObject({ reason: 'stale-record' });
    expect(await harness.ledger.reserve(reservation('a', 1, versions(5)))).toMatchObject({
      allowed: true,
    });
    expect(await harness.ledger.reserve(reservation('b', 1, versions(6)))).toMatchObject({
      allowed: true,
    });
    await load(3);
    expect(await harness.ledger.reserve(reservation('c', 1, versions(4)))).toMatchObject({
      reason: 'stale-record',
    });
  });

  it('refuses who is disabled, at once', async () => {
    await harness.refresh({ userIds: [USER], apiTokenIds: [TOKEN] });
    await harness.ledger.reserve(reservation('a', 100));
    await harness.book.hydrate({
      ...nothing,
      users: [harness.user(USER, { recordVersion: 1, status: 2 })],
    });
    expect(await harness.ledger.reserve(reservation('b', 1, versions(1)))).toEqual({
      ...{ allowed: false, reason: 'user-disabled' },
    });
    await harness.book.hydrate({
      ...nothing,
      apiTokens: [harness.apiToken(TOKEN, USER, { recordVersion: 2, status: 2 })],
    });
    expect(await harness.ledger.reserve(reservation('b', 1, versions(2)))).toEqual({
      ...{ allowed: false, reason: 'token-disabled' },
    });
    expect(await harness.pending?.(USER, TOKEN)).toMatchObject({ user: { amount: 100 } });
  });

  it('remembers a removed token for a while, with what it has pending', async () => {
    await harness.refresh({ userIds: [USER], apiTokenIds: [TOKEN] });
    await harness.ledger.reserve(reservation('a', 100));
    const removed = { id: TOKEN, userId: USER, keyHash: 'x', recordVersion: 9 };
    await harness.book.hydrate({ ...nothing, removedApiTokens: [removed] });
    await harness.refresh({ apiTokenIds: [TOKEN] });
    expect(await harness.ledger.reserve(reservation('b', 1, versions(9)))).toMatchObject({
      reason: 'token-disabled',
    });
    await harness.absorb([usageOf('a', 100)], harness.applied(USER, TOKEN));
    expect(await harness.pending?.(USER, TOKEN)).toMatchObject({ apiToken: { amount: 0 } });
    const left = await harness.redis.pttl(harness.keys.apiToken(USER, TOKEN));
    expect(left).toBeGreaterThan(35 * 24 * 3600 * 1000);
  });

  it('shows every open entry and every balance', async () => {
    await harness.refresh({ userIds: [USER], apiTokenIds: [TOKEN] });
    await harness.ledger.reserve(
      reservation('a', 30, { model: 'odd|model\n名', hardBudget: true }),
    );
    await harness.ledger.reserve(reservation('b', 40, { unlimitedToken: true }));
    await harness.ledger.settle([usageOf('b', 25)]);

    const entries: OpenEntry[] = [];
    for await (const page of harness.book.openEntries()) entries.push(...page);
    const own = { userId: USER, apiTokenId: TOKEN, nodeId: 'relay-1' };
    expect(entries.sort((a, b) => a.requestId.localeCompare(b.requestId))).toEqual([
      {
        ...{ ...own, requestId: 'a', unlimitedToken: false, hardBudget: true, amount: 30 },
        ...{ model: 'odd|model\n名', state: 'held', since: expect.any(Number) },
      },
      {
        ...{ ...own, requestId: 'b', unlimitedToken: true, hardBudget: false, amount: 25 },
        ...{ model: 'gpt-4o-mini', state: 'settled', since: expect.any(Number) },
      },
    ]);
    const pages = [];
    for await (const page of harness.book.balances()) pages.push(page);
    expect(pages.flatMap(({ users }) => users)).toEqual([{ id: USER, quota: 1000, version: 1 }]);
    expect(pages.flatMap(({ apiTokens }) => apiTokens)).toEqual([
      { id: TOKEN, quota: 400, version: 1 },
    ]);
  });

  it('overwrites a balance only while nobody else has changed it', async () => {
    await harness.refresh({ userIds: [USER], apiTokenIds: [TOKEN] });
    const account = { kind: 'token', userId: USER } as const;
    const restored = { id: TOKEN, quota: 7, version: 0 };
    expect(await harness.book.overwrite(account, restored, 2)).toBe(false);
    expect(await harness.book.overwrite(account, restored, 1)).toBe(true);
    expect(await harness.ledger.reserve(reservation('a', 8))).toMatchObject({ available: 7 });
  });

  it('weights the minute before by what is left of it', async () => {
    await harness.refresh({ userIds: [USER], apiTokenIds: [TOKEN] });
    const { redis, keys } = harness;
    const [seconds = 0] = await redis.time();
    const minute = Math.floor(seconds / 60);
    const before = { m: minute - 1, r: 100, pr: 0, t: 0, pt: 0 };
    await redis.hset(keys.userRate(USER), before);
    const refusal = await harness.ledger.reserve(
      reservation('a', 1, { userLimits: { requestsPerMinute: 1 } }),
    );
    const [atSeconds = 0, micros = 0] = await redis.time();
    const elapsed = (atSeconds % 60) * 1000 + micros / 1000;
    // With a limit of 1, nothing of the 100 may be left: the minute has to end.
    const expected = elapsed < 500 ? expect.any(Number) : closeTo(60_000 - elapsed, 500);
    expect(refusal).toMatchObject({ kind: 'requests', limit: 1, retryAfterMs: expected });
  });
});

function closeTo(value: number, tolerance: number): unknown {
  return {
    asymmetricMatch: (other: unknown) => Math.abs(Number(other) - value) <= tolerance,
  };
}
