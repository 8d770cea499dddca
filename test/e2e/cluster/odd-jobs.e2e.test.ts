import { tmpdir } from 'node:os';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { readBooks, verifyLedger } from '../../load/books.mjs';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import type { CaseAccount } from '../../support/cluster/judge.ts';
import { makeBatch, makeUsageEvent, openUsageQueue } from '../../support/cluster/queue-jobs.ts';
import { readMetric } from '../../support/cluster/read-metric.ts';
import { countJobs } from '../../support/cluster/redis-state.ts';
import { createAccount, openScene } from '../../support/cluster/scene.ts';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(times.test);

const rich = 1_000_000;

let world: ClusterWorld;
let jobs: ReturnType<typeof openUsageQueue>;
let account: CaseAccount;
beforeAll(async () => {
  world = await startClusterWorld({ masters: 2, slaves: 1 });
  jobs = openUsageQueue(world);
});
beforeEach(async () => {
  account = await createAccount(world, { quota: rich });
});
afterEach(() => world.mend());
afterAll(async () => {
  await jobs.close();
  await world.stop();
});

interface ParkedRow {
  request_id: string;
  reason: string;
  event: string;
}

const readParked = (): Promise<ParkedRow[]> => world.books<ParkedRow>('parked_usage').select();

async function untilCharged(ids: readonly string[]): Promise<void> {
  await waitFor(
    'the charges',
    async () => {
      const { requests } = await readBooks(world.books, [account]);
      return ids.every((id) => requests.has(id));
    },
    times.patience,
  ).catch((error: unknown) => {
    throw new Error(world.logs(), { cause: error });
  });
}

async function expectSpent(quota: number): Promise<void> {
  const { users } = await readBooks(world.books, [account]);
  expect(users.get(account.userId)).toMatchObject({ quota: rich - quota, usedQuota: quota });
  expect(await verifyLedger({ cwd: tmpdir(), env: { SQL_DSN: world.database.url } })).toEqual([]);
}

describe('a batch of 500 events', () => {
  it.each([
    ['an amount below zero', { quota: -5 }],
    ['an amount that is no number', { quota: Number.NaN }],
    ['a moment that no row can hold', { at: 1e30 }],
    ['a duration that no row can hold', { durationMs: 1e30 }],
  ])(
    'of which one has %s is charged but for that one, which is parked with its reason',
    async (_what, poison) => {
      const before = await readParked();
      const events = Array.from({ length: 500 }, () => makeUsageEvent(account));
      const bad = { ...events[250]!, ...poison };
      events[250] = bad;
      await jobs.add(makeBatch(events));

      const good = events.filter((event) => event !== bad).map(({ requestId }) => requestId);
      await untilCharged(good);
      const parked = await waitFor('the parked event', async () => {
        const rows = (await readParked()).slice(before.length);
        return rows.length > 0 && rows;
      });
      expect(parked).toHaveLength(1);
      expect(parked[0]!.reason).not.toBe('');
      await expectSpent(499 * 7);
      for (const master of world.masters)
        expect(await readMetric(master, 'turnpike_usage_parked_events')).toBe(before.length + 1);
    },
  );
});

describe('a job that is no batch', () => {
  it('is parked with its reason, whatever it is, and holds nobody up', async () => {
    const before = (await readParked()).length;
    const garbage = [{}, null, 42, 'text', [1, 2], { v: 1, id: 'x', nodeId: 'y', events: [] }];
    for (const data of garbage) await jobs.add(data);
    await jobs.addText('{"v": 1, "id": ');
    const scene = await openScene(world);
    await scene.send(30);
    await scene.expectExactBill({ isCalm: true });
    const parked = await waitFor('the parked jobs', async () => {
      const rows = (await readParked()).slice(before);
      return rows.length === garbage.length + 1 && rows;
    });
    for (const { reason } of parked) expect(reason).not.toBe('');
    expect(await countJobs(world.redis.direct)).toMatchObject({ failed: 0, wait: 0, active: 0 });
    const [master] = world.masters;
    expect(await readMetric(master!, 'turnpike_usage_parked_events')).toBe(
      before + garbage.length + 1,
    );
  });
});

describe('batches of other versions', () => {
  it('wait where they are newer, while others are applied, and are applied by who knows them', async () => {
    const event = makeUsageEvent(account);
    const newer = makeBatch([event], { v: 2, whatIsNewIn2: true });
    const jobId = await jobs.add(newer);
    const known = makeUsageEvent(account);
    await jobs.add(makeBatch([known]));
    await untilCharged([known.requestId]);
    await waitFor('the newer batch to wait', async () => {
      const job = await jobs.queue.getJob(jobId);
      return (await job?.isDelayed()) === true;
    });
    await expectSpent(7);
    expect((await readParked()).map(({ event: text }) => text).join()).not.toContain(
      event.requestId,
    );
    // Somebody who knows it takes it over: here, by what this build would have sent.
    const job = await jobs.queue.getJob(jobId);
    await job!.updateData(makeBatch([event]));
    await untilCharged([event.requestId]);
    await expectSpent(14);
  });

  it('are applied where they are older, or carry fields that nobody knows yet', async () => {
    const { clientRequestId: _without, ...older } = makeUsageEvent(account);
    const newer = { ...makeUsageEvent(account), fieldOfLaterDays: { any: ['thing'] } };
    await jobs.add(makeBatch([older, newer], { hint: 'ignored' }));
    await untilCharged([older.requestId, newer.requestId]);
    await expectSpent(14);
  });
});
