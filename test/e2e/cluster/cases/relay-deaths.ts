import { expect } from '@jest/globals';
import { readBooks } from '../../../load/books.mjs';
import type { ClusterWorld } from '../../../support/cluster/cluster-world.ts';
import { catchOnAll, isLedgerScript } from '../../../support/cluster/command-matchers.ts';
import { outage, times } from '../../../support/cluster/cluster-times.ts';
import { dayMs, letADayPass } from '../../../support/cluster/let-a-day-pass.ts';
import { openScene, type Scene } from '../../../support/cluster/scene.ts';
import { untilAnswered, untilUpstream } from '../../../support/cluster/wait-upstream.ts';
import { waitFor } from '../../../support/wait-for.ts';

const slowPlans = [
  { share: 0.5, name: 'whole, slow', stream: false, sim: { latency: 1500 } },
  { share: 0.5, name: 'stream, slow', stream: true, sim: { latency: 1200, delay: 20 } },
];
const quickPlans = [{ share: 1, name: 'whole', stream: false }];

/** What the books say of each request that the upstream served in a scene. */
async function kindsOf({ world, accounts, since }: Scene): Promise<(string | undefined)[]> {
  const served = await world.simulator.served(since);
  const { requests } = await readBooks(world.books, accounts);
  return served.map(({ requestId }) => requests.get(requestId)?.kind);
}

/** A paused virtual machine, a limit on its processor, a disk that blocks: deadlines pass, and answers wait unread. */
export async function relayStandsStill(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world);
  const relay = world.slaves[0]!;
  const traffic = scene.startTraffic({ nodes: [relay], pauseMs: 5 });
  for (let round = 0; round < 8; round += 1) {
    await traffic.more(25);
    relay.signal('SIGSTOP');
    await outage(times.commandTimeout * 1.5);
    relay.signal('SIGCONT');
  }
  await traffic.more(25);
  await traffic.end();
  await scene.expectExactBill({ isCalm: true });
  scene.expectAllComplete();
}

/** Case 1. */
export async function relayDiesBeforePublish(world: ClusterWorld): Promise<void> {
  const count = 8;
  const scene = await openScene(world);
  const relay = world.slaves[0]!;
  const sending = scene.send(count, { nodes: [relay], connections: count, plans: slowPlans });
  await untilUpstream(scene, count);
  relay.signal('SIGSTOP');
  await untilAnswered(scene);
  await relay.kill('SIGKILL');
  const sights = await sending;
  expect(sights.filter(({ outcome }) => outcome === 'complete')).toEqual([]);
  await relay.start();
  await scene.expectExactBill();
  expect(await kindsOf(scene)).toEqual(Array.from({ length: count }, () => 'expired'));
}

/** Case 2. */
export async function relayDiesBetweenPublishAndSettle(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world);
  const relay = world.slaves[0]!;
  await scene.send(2, { nodes: [relay] }); // so that the scripts are known to Redis
  const settle = catchOnAll(world.redis.proxies.slave, 'swallow', isLedgerScript('settle'));
  const sights = await scene.send(1, { nodes: [relay], plans: quickPlans });
  expect(sights).toMatchObject([{ outcome: 'complete' }]);
  await waitFor('the settle to get lost', () => settle.commands.length > 0);
  await relay.kill('SIGKILL');
  settle.discard();
  await scene.expectExactBill({ isCalm: true });
  // What its journal still has is sent again, and changes nothing.
  await relay.start();
  await scene.expectExactBill({ isCalm: true });
  expect(await kindsOf(scene)).toEqual(['real', 'real', 'real']);
}

/** Case 15. */
export async function relayReturnsAfterItsEntriesExpired(world: ClusterWorld): Promise<void> {
  const count = 6;
  const scene = await openScene(world);
  const relay = world.slaves[0]!;
  const { slave: proxies } = world.redis.proxies;
  const sending = scene.send(count, { nodes: [relay], connections: count, plans: slowPlans });
  await untilUpstream(scene, count);
  for (const proxy of proxies) proxy.cut();
  const sights = await sending;
  expect(sights.map(({ outcome }) => outcome)).toEqual(
    Array.from({ length: count }, () => 'complete'),
  );
  await relay.kill('SIGKILL');
  for (const proxy of proxies) proxy.mend();
  await waitFor(
    'the entries to expire',
    async () => (await kindsOf(scene)).every((kind) => kind === 'expired'),
    times.patience,
  );
  await letADayPass(world, relay);
  await relay.start();
  await waitFor(
    'the late usage to be charged',
    async () => (await kindsOf(scene)).every((kind) => kind === 'real'),
    times.patience,
  ).catch((error: unknown) => {
    throw new Error(world.logs(), { cause: error });
  });
  await scene.expectExactBill({ isCalm: true });
  // It was used a day ago, and is charged to that day.
  const { requests } = await readBooks(world.books, scene.accounts);
  const served = await world.simulator.served(scene.since);
  const charged = served.map(({ requestId }) => requests.get(requestId)?.charged ?? 0);
  const ids = scene.accounts.map(({ userId }) => userId);
  const yesterday = await world
    .books<{ quota: string }>('usage_hourly')
    .whereIn('user_id', ids)
    .where('hour', '<=', Math.floor((Date.now() - dayMs) / 1000));
  expect(sum(charged)).toBeGreaterThan(0);
  expect(sum(yesterday.map(({ quota }) => Number(quota)))).toBe(sum(charged));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);
