import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@turnpike/core/testing';
import { startOwnRedis, type OwnRedis } from '../../../../test/support/redis.ts';
import { bucketOf } from '../redis/keys.ts';
import { ScriptSender } from '../redis/script-sender.ts';
import { loadLedgerScripts } from './ledger-scripts.ts';
import { reservation, TOKEN, USER, usageOf } from './ledger-samples.contract.ts';
import {
  openRedisHarness,
  toBatch,
  type RedisLedgerHarness,
} from './redis-ledger-harness.contract.ts';

/** What a flush, a failover or a silent Redis does. On a server of its own, which it may flush. */
describe('a Redis that loses data', () => {
  let server: OwnRedis;
  let harness: RedisLedgerHarness;
  beforeAll(async () => {
    server = await startOwnRedis();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    harness = await openRedisHarness({ url: server.url });
    harness.commitBalance({ kind: 'user', id: USER }, 1000);
    harness.commitBalance({ kind: 'token', id: TOKEN }, 400);
    await load();
  });
  afterEach(() => harness.close());

  const load = () => harness.refresh({ userIds: [USER], apiTokenIds: [TOKEN] });
  const flush = () => harness.redis.flushall();
  const pending = () => harness.pending?.(USER, TOKEN);

  it('admits nobody on an account that is empty because of a flush', async () => {
    await harness.ledger.reserve(reservation('a', 300));
    await flush();
    expect(await harness.ledger.reserve(reservation('b', 1))).toMatchObject({
      reason: 'not-loaded',
    });
  });

  it('puts requests in flight and unacknowledged batches back before it serves again', async () => {
    const { ledger } = harness;
    await ledger.reserve(reservation('a', 100));
    await ledger.reserve(reservation('b', 100));
    await ledger.settle([usageOf('b', 70)]);
    await ledger.extend('a', 20);
    await flush();
    await ledger.reserve(reservation('c', 1));
    expect(await pending()).toMatchObject({ user: { amount: 190 }, apiToken: { amount: 190 } });
    await load();
    expect(await ledger.reserve(reservation('c', 211))).toMatchObject({ available: 210 });
    expect(await ledger.reserve(reservation('c', 210))).toMatchObject({ allowed: true });

    await ledger.release('a');
    await harness.absorb([usageOf('b', 70)], harness.applied(USER, TOKEN));
    expect(await pending()).toMatchObject({ user: { amount: 210 } });
  });

  it('goes on with settle, extend and release after a flush', async () => {
    const { ledger } = harness;
    for (const id of ['a', 'b', 'c']) await ledger.reserve(reservation(id, 100));
    await flush();
    await load();
    await Promise.all([
      ledger.settle([usageOf('a', 60)]),
      ledger.release('b'),
      ledger.extend('c', 10),
    ]);
    expect(await pending()).toMatchObject({ user: { amount: 170 }, apiToken: { amount: 170 } });
  });

  it('keeps accounts closed until every node that is alive has restored', async () => {
    const book = { quietMs: 0, restoreWaitMs: 60_000 };
    const other = await openRedisHarness({ url: server.url, book });
    try {
      other.commitBalance({ kind: 'user', id: USER }, 1000);
      other.commitBalance({ kind: 'token', id: TOKEN }, 400);
      const second = other.openRelay('relay-2');
      for (const nodeId of ['relay-1', 'relay-2'])
        await other.redis.hset(other.keys.nodes, nodeId, JSON.stringify({ at: Date.now() }));
      await other.redis.hset(other.keys.nodes, 'dead', JSON.stringify({ at: Date.now() - 20_000 }));

      let isOpen = false;
      const opened = other
        .refresh({ userIds: [USER], apiTokenIds: [TOKEN] })
        .then(() => (isOpen = true));
      await other.ledger.restoreAll();
      expect(await other.ledger.reserve(reservation('a', 1))).toMatchObject({
        reason: 'not-loaded',
      });
      expect(isOpen).toBe(false);
      await second.restoreAll();
      await opened;
      expect(await other.ledger.reserve(reservation('a', 1))).toMatchObject({ allowed: true });
    } finally {
      await other.close();
    }
  });

  it('keeps accounts closed after a flush until the nodes had time to say that they are alive', async () => {
    const other = await openRedisHarness({ url: server.url, book: { quietMs: 200 } });
    try {
      other.commitBalance({ kind: 'user', id: USER }, 1000);
      const opened = other.refresh({ userIds: [USER] });
      const madeAt = await epochMadeAt(other);
      await opened;
      const [seconds = 0, micros = 0] = await other.redis.time();
      expect(seconds * 1000 + micros / 1000 - madeAt).toBeGreaterThanOrEqual(200);
    } finally {
      await other.close();
    }
  });

  it('does not wait longer than it is told for nodes that do not restore', async () => {
    const other = await openRedisHarness({
      url: server.url,
      book: { quietMs: 0, restoreWaitMs: 300 },
    });
    try {
      other.commitBalance({ kind: 'user', id: USER }, 1000);
      await other.redis.hset(other.keys.nodes, 'hangs', JSON.stringify({ at: Date.now() }));
      await other.refresh({ userIds: [USER] });
      expect(await other.redis.hget(other.keys.account(USER), 'rv')).toBe('0');
    } finally {
      await other.close();
    }
  });

  it('does nothing for a script that was given an old epoch', async () => {
    const { ledger, redis, keys } = harness;
    await ledger.reserve(reservation('a', 100));
    const before = await pending();
    const scripts = loadLedgerScripts();
    const key = keys.epoch(bucketOf(USER));
    const epoch = await redis.get(key);
    const tail = `${USER}|${TOKEN}|l|0|old|m`;
    const calls = [
      [scripts.reserve, ['old:1', '60000', 'z', '1', '0', '0', '', tail]],
      [scripts.settle, ['old:1', 'a', '5', '5']],
      [scripts.release, ['old:1', 'a']],
      [scripts.extend, ['old:1', '60000', 'a', '5']],
      [scripts.keep, ['old:1', '60000', 'a']],
    ] as const;
    for (const [script, values] of calls) {
      const reply = (await new ScriptSender(redis).run(script, key, values)) as unknown[];
      expect(reply.map(String)).toEqual(['0', epoch]);
    }
    expect(await pending()).toEqual(before);
    expect(await redis.hlen(keys.open(bucketOf(USER)))).toBe(1);
  });

  it('lets no late settle revive an entry that expired', async () => {
    const relay = harness.openRelay('slow', { holdLifeMs: 1 });
    await relay.reserve(reservation('a', 100));
    await waitUntil(async () => (await harness.book.expireDue()).length === 1);
    await relay.settle([usageOf('a', 50)]);
    await relay.extendHeld();
    expect(await pending()).toMatchObject({ user: { amount: 100 } });
    expect(await harness.book.expireDue()).toEqual([]);
    const states: string[] = [];
    for await (const page of harness.book.openEntries()) states.push(...page.map((e) => e.state));
    expect(states).toEqual(['expired']);
    await harness.absorb([usageOf('a', 50)], harness.applied(USER, TOKEN));
    expect(await pending()).toMatchObject({ user: { amount: 0 }, apiToken: { amount: 0 } });
  });

  it('expires nothing that its relay keeps, and frees the place of what expires', async () => {
    const apiTokenLimits = { concurrency: 1 };
    const relay = harness.openRelay('quick', { holdLifeMs: 60_000 });
    await relay.reserve(reservation('a', 100, { apiTokenLimits }));
    await harness.redis.zadd(harness.keys.due(bucketOf(USER)), 1, 'a');
    await relay.extendHeld();
    expect(await harness.book.expireDue()).toEqual([]);
    expect(await relay.reserve(reservation('b', 1, { apiTokenLimits }))).toMatchObject({
      kind: 'concurrency',
    });
    await harness.redis.zadd(harness.keys.due(bucketOf(USER)), 1, 'a');
    const expected = { requestId: 'a', state: 'expired', amount: 100, nodeId: 'quick' };
    expect(await harness.book.expireDue()).toMatchObject([expected]);
    expect(await relay.reserve(reservation('b', 1, { apiTokenLimits }))).toMatchObject({
      allowed: true,
    });
  });

  it('puts a held entry back that is lost without a new epoch, as after a failover', async () => {
    const { ledger, redis, keys } = harness;
    await ledger.reserve(reservation('a', 100, { userLimits: { concurrency: 9 } }));
    const bucket = bucketOf(USER);
    await redis.del(keys.open(bucket), keys.due(bucket));
    await redis.hset(keys.account(USER), { p: 0, c: 0 });
    await redis.hset(keys.apiToken(USER, TOKEN), { p: 0 });
    await ledger.extendHeld();
    expect(await pending()).toMatchObject({
      user: { amount: 100, held: 1 },
      apiToken: { amount: 100 },
    });
  });

  it('ends the same whether an entry is settled, absorbed or restored first', async () => {
    const { ledger } = harness;
    const event = usageOf('a', 50);
    await ledger.reserve(reservation('a', 100));
    await harness.book.absorb([event], harness.applied(USER, TOKEN));
    await ledger.settle([event]);
    expect(await pending()).toMatchObject({ user: { amount: 0 } });
    // Put back because the acknowledgement is not read yet; the sweep absorbs it once more.
    await ledger.restoreAll();
    expect(await pending()).toMatchObject({ user: { amount: 50 } });
    await harness.absorb([event], harness.applied(USER, TOKEN));
    await ledger.restoreAll();
    expect(await pending()).toMatchObject({ user: { amount: 0 }, apiToken: { amount: 0 } });
  });

  it('restores the batches of an earlier life of the process when it starts', async () => {
    const event = usageOf('from the journal', 80);
    harness.unacknowledged.set(event.requestId, toBatch(event));
    const relay = harness.openRelay('restarted');
    await relay.reserve(reservation('a', 1));
    expect(await pending()).toMatchObject({ user: { amount: 81 } });
  });
});

describe('a Redis that does not answer', () => {
  let server: OwnRedis;
  let harness: RedisLedgerHarness;
  beforeEach(async () => {
    server = await startOwnRedis();
    harness = await openRedisHarness({ url: server.url, commandTimeoutMs: 500 });
    harness.commitBalance({ kind: 'user', id: USER }, 1000);
    harness.commitBalance({ kind: 'token', id: TOKEN }, 400);
    await harness.refresh({ userIds: [USER], apiTokenIds: [TOKEN] });
  });
  afterEach(async () => {
    harness.redis.disconnect();
    await server.stop();
  });

  it('makes reserve fail with not_ready, and nothing else fail', async () => {
    const { ledger } = harness;
    await ledger.reserve(reservation('a', 100));
    await ledger.reserve(reservation('b', 100));
    await server.stop();
    await waitUntil(() => harness.redis.status !== 'ready');
    await expect(ledger.reserve(reservation('c', 1))).rejects.toMatchObject({ code: 'not_ready' });
    expect(await ledger.extend('a', 1)).toEqual({ granted: 0 });
    await ledger.release('a');
    await ledger.settle([usageOf('b', 50)]);
    await ledger.extendHeld();
    expect(ledger.heldCount).toBe(0);
    await expect(ledger.restoreAll()).rejects.toThrow();
  });

  it('forgets a reserve that timed out and runs later, so that it expires', async () => {
    const { redis, keys, book } = harness;
    const relay = harness.openRelay('hasty', { holdLifeMs: 1 });
    await relay.reserve(reservation('a', 1)); // from now on Redis knows the script
    await relay.release('a');
    await redis.call('CLIENT', 'PAUSE', '800', 'ALL');
    await expect(relay.reserve(reservation('b', 100))).rejects.toMatchObject({ code: 'not_ready' });
    expect(relay.heldCount).toBe(0);
    const isThere = () => redis.hexists(keys.open(bucketOf(USER)), 'b').catch(() => 0);
    await waitUntil(async () => (await isThere()) === 1);
    await relay.extendHeld();
    await waitUntil(async () =>
      (await book.expireDue()).some(({ requestId }) => requestId === 'b'),
    );
  });

  it('settles again what it could not settle', async () => {
    const { ledger, redis } = harness;
    await ledger.reserve(reservation('a', 100));
    redis.disconnect();
    await waitUntil(() => redis.status === 'end');
    await ledger.settle([usageOf('a', 40)]);
    expect(ledger.heldCount).toBe(0);
    await redis.connect();
    expect(await harness.pending?.(USER, TOKEN)).toMatchObject({ user: { amount: 100 } });
    await ledger.extendHeld();
    expect(await harness.pending?.(USER, TOKEN)).toMatchObject({ user: { amount: 40 } });
  });

  it('looks at a bucket again after the connection was lost, before it serves there', async () => {
    const { ledger, redis, keys } = harness;
    await ledger.reserve(reservation('a', 300));
    redis.disconnect();
    await waitUntil(() => redis.status === 'end');
    await redis.connect();
    // What a replica had that missed the last second.
    await redis.del(keys.open(bucketOf(USER)), keys.due(bucketOf(USER)));
    await redis.hdel(keys.account(USER), 'p');
    await redis.hdel(keys.apiToken(USER, TOKEN), 'p');
    expect(await ledger.reserve(reservation('b', 101))).toMatchObject({ available: 100 });
  });

  it('answers that there is no room when the journal is full', async () => {
    const relay = harness.openRelay('full', { hasRoom: () => false });
    expect(await relay.reserve(reservation('a', 1))).toEqual({ allowed: false, reason: 'no-room' });
  });
});

/** Unix milliseconds of Redis. */
async function epochMadeAt({ redis, keys }: RedisLedgerHarness): Promise<number> {
  const key = keys.epoch(bucketOf(USER));
  await waitUntil(async () => (await redis.exists(key)) === 1);
  return Number((await redis.get(key))?.split(':').at(-1));
}
