import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readBooks } from '../../load/books.mjs';
import { abortAfter } from '../../support/cluster/abort-after.ts';
import { isFullLength, times } from '../../support/cluster/cluster-times.ts';
import {
  price,
  startClusterWorld,
  type ClusterWorld,
} from '../../support/cluster/cluster-world.ts';
import { readTokenState } from '../../support/cluster/redis-state.ts';
import { createAccount, openScene, type Scene } from '../../support/cluster/scene.ts';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(times.test);

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld();
});
afterEach(() => world.mend());
afterAll(() => world.stop());

const rich = 1_000_000_000;

/** Sets an option and waits until every relay has it. */
async function setOption(key: string, value: string): Promise<void> {
  await world.admin.setOption(key, value);
  const { version } = (await world.books('config_version').where({ id: 1 }).first()) as unknown as {
    version: string;
  };
  await waitFor('every relay to know', async () => {
    const nodes = await world.redis.direct.hgetall('turnpike:nodes');
    const versions = Object.values(nodes)
      .map((json) => JSON.parse(json) as { at: number; snapshotVersion: number })
      .filter(({ at }) => Date.now() - at < 3000)
      .map(({ snapshotVersion }) => snapshotVersion);
    return versions.length >= world.nodes().length && versions.every((v) => v >= Number(version));
  });
}

describe('a cluster in which nothing goes wrong', () => {
  it('bills every answer exactly once, on every node, and would notice otherwise', async () => {
    const scene = await openScene(world);
    const sights = await scene.send(300, { nodes: world.nodes() });
    expect(sights.filter(({ outcome }) => outcome === 'complete')).toHaveLength(300);
    await scene.expectExactBill({ isCalm: true, provesItself: true });
  });

  it('bills clients that leave, upstreams that fail and budgets that end', async () => {
    const scene = await openScene(world, { isPoor: true });
    await scene.send(300, { isCalm: false });
    await scene.expectExactBill();
  });
});

describe('a token that can pay for 20', () => {
  it('is not served more than 20 times by 200 requests at once, on all nodes', async () => {
    const tokens = 16;
    const plan = { share: 1, name: 'whole', stream: false, maxTokens: tokens };
    const probe = await openScene(world);
    await probe.send(1, { plans: [{ ...plan, sim: { chunks: tokens } }] });
    const [{ promptTokens } = { promptTokens: 0 }] = await world.simulator.served(probe.since);
    const quota = 20 * price({ promptTokens, completionTokens: tokens });
    const account = await createAccount(world, {
      quota: rich,
      token: { unlimited_quota: false, remain_quota: quota },
    });
    const scene = await openScene(world, { accounts: [account] });
    const lowest = watchLowest(async () => {
      const { quota: left, version } = await readTokenState(
        world.redis.direct,
        account.userId,
        account.apiTokenId,
      );
      return version === undefined ? Infinity : left;
    });

    const sights = await scene.send(200, {
      nodes: world.nodes(),
      connections: 200,
      plans: [{ ...plan, sim: { chunks: tokens, latency: 300 } }],
    });

    const complete = sights.filter(({ outcome }) => outcome === 'complete').length;
    expect(complete).toBeGreaterThan(0);
    expect(complete).toBeLessThanOrEqual(20);
    const refused = sights.filter(({ outcome }) => outcome !== 'complete');
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([403]));
    await scene.expectExactBill({ isCalm: true });
    expect(await lowest.end()).toBeGreaterThanOrEqual(0);
    expect(await world.simulator.served(scene.since)).toHaveLength(complete);
  });
});

describe('a token with a budget for a day', () => {
  it('spends no more than that, on all nodes together, and is told when it can go on', async () => {
    const tokens = 16;
    const plan = { share: 1, name: 'whole', stream: false, maxTokens: tokens };
    const probe = await openScene(world);
    await probe.send(1, { plans: [{ ...plan, sim: { chunks: tokens } }] });
    const [{ promptTokens } = { promptTokens: 0 }] = await world.simulator.served(probe.since);
    const budget = 20 * price({ promptTokens, completionTokens: tokens });
    const account = await createAccount(world, { quota: rich, token: { quota_per_day: budget } });
    const scene = await openScene(world, { accounts: [account] });
    const plans = [{ ...plan, sim: { chunks: tokens, latency: 300 } }];

    for (let round = 0; round < 3; round += 1) {
      await scene.send(100, { nodes: world.nodes(), connections: 100, plans });
      await scene.expectExactBill({ isCalm: true });
    }

    const complete = scene.sights.filter(({ outcome }) => outcome === 'complete').length;
    expect(complete).toBeGreaterThan(0);
    expect(complete).toBeLessThanOrEqual(20);
    const refused = scene.sights.filter(({ outcome }) => outcome !== 'complete');
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]));
    const token = await account.owner.getToken(account.apiTokenId);
    expect(token.used_quota).toBeLessThanOrEqual(budget);
    expect(token).toMatchObject({ spent_today: token.used_quota });
  });
});

/** The lowest of the values that were seen until the end. */
function watchLowest(read: () => Promise<number>): { end(): Promise<number> } {
  let lowest = Infinity;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) lowest = Math.min(lowest, await read());
  })();
  return {
    async end() {
      over.abort();
      await watching;
      return lowest;
    },
  };
}

describe('a client that disconnects', () => {
  const sim = { chunks: 12, delay: 4 };

  /** Every byte of an answer where there is time for it; else every hundredth, and each of its last ones. */
  async function listPlaces(scene: Scene): Promise<number[]> {
    const whole = await abortAfter(world.slaves[0]!.url, scene.accounts[0]!.key, Infinity, sim);
    scene.sights.push(whole);
    expect(whole.outcome).toBe('complete');
    if (isFullLength) return Array.from({ length: whole.bytes }, (_, bytes) => bytes);
    const coarse = Array.from({ length: Math.ceil(whole.bytes / 100) }, (_, step) => step * 100);
    return [...coarse, ...Array.from({ length: 40 }, (_, step) => whole.bytes - 1 - step)];
  }

  it.each([
    ['soft budgets', 'HardBudgetEnabled', 'false', 'true'],
    ['hard budgets', 'HardBudgetEnabled', 'true', 'true'],
  ])(
    'anywhere in a stream is billed once for what it got, with %s',
    async (_name, key, value, before) => {
      await setOption(key, value);
      try {
        const scene = await openScene(world);
        await leaveEverywhere(scene);
        await scene.expectExactBill();
        expect(scene.sights.filter(({ outcome }) => outcome === 'aborted').length).toBeGreaterThan(
          30,
        );
      } finally {
        await setOption(key, before);
      }
    },
  );

  it('has its stream read to the end in the background where that is wanted, and is billed for all of it', async () => {
    await setOption('DrainAbortedStreams', 'true');
    try {
      const scene = await openScene(world);
      await leaveEverywhere(scene);
      await scene.expectExactBill();
      const { requests } = await readBooks(world.books, scene.accounts);
      const served = await world.simulator.served(scene.since);
      const seen = new Set(scene.sights.filter(({ tokens }) => tokens > 0).map(({ id }) => id));
      const drained = served.filter(({ requestId }) => seen.has(requestId));
      expect(drained.length).toBeGreaterThan(20);
      for (const { requestId, end, usageReported } of drained) {
        expect([requestId, end]).toEqual([requestId, 'complete']);
        expect([requestId, requests.get(requestId)?.charged]).toEqual([
          requestId,
          price(usageReported!),
        ]);
      }
    } finally {
      await setOption('DrainAbortedStreams', 'false');
    }
  });

  async function leaveEverywhere(scene: Scene): Promise<void> {
    const queue = await listPlaces(scene);
    const work = async (): Promise<void> => {
      for (let bytes = queue.shift(); bytes !== undefined; bytes = queue.shift()) {
        const node = world.slaves[queue.length % world.slaves.length]!;
        const { key } = scene.accounts[queue.length % scene.accounts.length]!;
        scene.sights.push(await abortAfter(node.url, key, bytes, sim));
      }
    };
    await Promise.all(Array.from({ length: 12 }, work));
  }
});

describe('balances that people change while usage is applied', () => {
  it('are exact: top-ups, differences, new values, stale edits and refunds', async () => {
    const scene = await openScene(world);
    const [first, second] = scene.accounts;
    const traffic = scene.startTraffic();
    await traffic.more(20);
    let added = 0;
    const statuses: number[] = [];
    const refunded = new Set<string>();
    for (let round = 1; round <= 8; round += 1) {
      for (const { id } of pickComplete(scene, refunded, 3)) refunded.add(id);
      await Promise.all([...refunded].map(refund)); // most of them not for the first time
      await world.admin.call('POST', '/api/topup', { user_id: first!.userId, quota: 1000 });
      await world.admin.call('PUT', '/api/user/', { id: first!.userId, quotaDelta: -300 });
      added += 700;
      const { quota_version: version } = (await world.admin.getUser(second!.userId)) as unknown as {
        quota_version: number;
      };
      await traffic.more(3);
      statuses.push(await editQuota(second!.userId, rich + round, version));
      await world.admin.call('PUT', '/api/user/', { id: second!.userId, quota: rich + round });
      const token = await first!.owner.getToken(first!.apiTokenId);
      await first!.owner.call('PUT', '/api/token/', {
        id: token.id,
        name: token.name,
        remain_quota: rich - round,
      });
    }
    await traffic.more(20);
    await traffic.end();
    first!.startQuota = rich + added;
    second!.startQuota = undefined; // its entries tell
    await scene.expectExactBill({ isCalm: true, provesItself: true });
    const entries = await world
      .books('quota_entries')
      .where({ reason: 'refund', account_kind: 'user' });
    expect(
      entries.filter(({ reference }) => refunded.has(String(reference).split(':')[2]!)),
    ).toHaveLength(24);
    scene.expectAllComplete();
    expect(statuses).toContain(409);
    expect(new Set(statuses)).toEqual(new Set([409, ...statuses.filter((one) => one === 200)]));
  });

  /** Answers that nobody asked to refund so far. */
  function pickComplete(scene: Scene, not: ReadonlySet<string>, count: number) {
    const complete = scene.sights.filter(
      ({ id, outcome }) => outcome === 'complete' && !not.has(id),
    );
    return complete.slice(0, count);
  }

  /** A request can be refunded as soon as the database has its charge. */
  function refund(id: string): Promise<unknown> {
    return waitFor(`the refund of ${id}`, () => world.admin.call('POST', `/api/log/${id}/refund`));
  }

  async function editQuota(id: number, quota: number, ifMatch: number): Promise<number> {
    const answer = await fetch(`${world.admin.url}/api/user/`, {
      method: 'PUT',
      headers: {
        authorization: world.admin.accessToken,
        'content-type': 'application/json',
        'if-match': `"${ifMatch}"`,
      },
      body: JSON.stringify({ id, quota }),
    });
    await answer.text();
    return answer.status;
  }
});
