import { expect } from '@jest/globals';
import type { ClusterWorld } from '../../../support/cluster/cluster-world.ts';
import { times } from '../../../support/cluster/cluster-times.ts';
import { readMetric } from '../../../support/cluster/read-metric.ts';
import { lockUserRow } from '../../../support/cluster/row-lock.ts';
import { openScene, type Scene } from '../../../support/cluster/scene.ts';
import { waitFor } from '../../../support/wait-for.ts';

/** Everything that clients saw complete is in the database. */
async function untilCharged({ world, sights }: Scene): Promise<void> {
  const ids = sights.filter(({ outcome }) => outcome === 'complete').map(({ id }) => id);
  await waitFor(
    'the charges',
    async () => {
      const rows = await world
        .books<{ request_id: string }>('usage_requests')
        .whereIn('request_id', ids);
      return rows.length === ids.length;
    },
    times.patience,
  ).catch((error: unknown) => {
    throw new Error(world.logs(), { cause: error });
  });
}

const parkedCount = async (world: ClusterWorld): Promise<number> =>
  (await world.books<object>('parked_usage')).length;

/** Case 3. */
export async function masterDiesInTransaction(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world);
  const master = world.masters[0]!;
  const [account] = scene.accounts;
  const lock = await lockUserRow(world.database.url, account!.userId);
  try {
    await scene.send(3, { accounts: [account!] });
    for (let death = 1; death <= 5; death += 1) {
      await lock.someoneWaits();
      await master.kill('SIGKILL');
      await master.start();
    }
  } finally {
    await lock.release();
  }
  await scene.expectExactBill({ isCalm: true });
  expect(await parkedCount(world)).toBe(0);
}

/** Case 4. */
export async function masterDiesBeforeAcknowledgement(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world);
  const master = world.masters[0]!;
  const { master: proxies } = world.redis.proxies;
  const [account] = scene.accounts;
  const lock = await lockUserRow(world.database.url, account!.userId);
  try {
    // One: what it has not taken yet, it cannot take any more.
    await scene.send(1, { accounts: [account!] });
    await lock.someoneWaits();
    // It stands in its transaction. From here on Redis hears nothing of it.
    for (const proxy of proxies) proxy.pause();
  } finally {
    await lock.release();
  }
  await untilCharged(scene);
  await master.kill('SIGKILL');
  for (const proxy of proxies) {
    proxy.cut();
    proxy.mend();
    proxy.resume();
  }
  await master.start();
  await scene.expectExactBill({ isCalm: true });
  const repeated = await readMetric(master, 'turnpike_usage_events_total', { outcome: 'repeated' });
  expect(repeated).toBeGreaterThan(0);
}

/**
 * Case 10; needs two masters.
 *
 * @param rules not calm where the upstream is also asked by others
 */
export async function masterStandsStillInTransaction(
  world: ClusterWorld,
  rules = { isCalm: true },
): Promise<void> {
  const scene = await openScene(world);
  const [first, second] = world.masters;
  const [account] = scene.accounts;
  second!.signal('SIGSTOP');
  const lock = await lockUserRow(world.database.url, account!.userId);
  try {
    await scene.send(3, { accounts: [account!] });
    await lock.someoneWaits();
    first!.signal('SIGSTOP');
  } finally {
    await lock.release();
    second!.signal('SIGCONT');
  }
  try {
    await untilCharged(scene);
    await scene.send(20);
    await untilCharged(scene);
  } finally {
    first!.signal('SIGCONT');
  }
  await scene.expectExactBill(rules);
  scene.expectAllComplete();
}
