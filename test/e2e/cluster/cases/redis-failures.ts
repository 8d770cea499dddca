import { expect } from '@jest/globals';
import type { ClusterWorld } from '../../../support/cluster/cluster-world.ts';
import { outage, times } from '../../../support/cluster/cluster-times.ts';
import { catchOnAll, isUsagePublish } from '../../../support/cluster/command-matchers.ts';
import { openScene, summarize, type Scene } from '../../../support/cluster/scene.ts';
import { waitFor } from '../../../support/wait-for.ts';

const quickPlans = [{ share: 1, name: 'whole', stream: false }];

/** While Redis is away a valid key is never unknown, and a full account never empty. */
function expectOnlyRefusals({ sights }: Scene, statuses: readonly number[]): void {
  const others = sights.filter(
    ({ outcome, status }) => outcome === 'refused' && !statuses.includes(status),
  );
  expect(summarize(others)).toBe('');
}

/** Case 5, as a slow network makes it: the answer goes out after the deadline, the job comes to be later. */
export async function publishRunsLater(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world);
  const relay = world.slaves[0]!;
  const held = catchOnAll(world.redis.proxies.slave, 'hold', isUsagePublish);
  const sights = await scene.send(1, { nodes: [relay], plans: quickPlans });
  expect(sights).toMatchObject([{ outcome: 'complete' }]);
  expect(held.commands.length).toBeGreaterThan(0);
  held.release();
  await scene.expectExactBill({ isCalm: true });
}

/** Case 5, as a broken connection makes it: the batch is sent again and applied before the first sending arrives. */
export async function publishIsOvertaken(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world);
  const relay = world.slaves[0]!;
  const diverted = catchOnAll(world.redis.proxies.slave, 'divert', once(isUsagePublish));
  const sights = await scene.send(1, { nodes: [relay], plans: quickPlans });
  expect(sights).toMatchObject([{ outcome: 'complete' }]);
  // After a time-out the relay may ask its journal first, and Redis a moment later.
  await waitFor('the publish to be diverted', () => diverted.commands.length > 0, times.patience);
  await scene.expectExactBill({ isCalm: true });
  diverted.release();
  await scene.send(5, { nodes: [relay] });
  await scene.expectExactBill({ isCalm: true });
}

function once<Value>(matches: (value: Value) => boolean): (value: Value) => boolean {
  let isDone = false;
  return (value) => {
    if (isDone || !matches(value)) return false;
    isDone = true;
    return true;
  };
}

/** Case 5, as a busy server makes it. */
export async function redisStandsStill(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world);
  const traffic = scene.startTraffic();
  await traffic.more(30);
  for (const server of world.redis.servers) server.signal('SIGSTOP');
  await outage(times.commandTimeout * 3);
  for (const server of world.redis.servers) server.signal('SIGCONT');
  await traffic.more(50);
  await traffic.end();
  await scene.expectExactBill({ isCalm: true });
  expectOnlyRefusals(scene, [503]);
}

/** Case 6. */
export async function redisStops(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world);
  const traffic = scene.startTraffic();
  await traffic.more(40);
  await Promise.all(world.redis.servers.map((server) => server.kill('SIGKILL')));
  await outage();
  await Promise.all(world.redis.servers.map((server) => server.start()));
  await traffic.more(80);
  await traffic.end();
  await scene.expectExactBill({ isCalm: true });
  expectOnlyRefusals(scene, [503]);
}

/** Case 7. */
export async function redisIsFlushed(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world, { isPoor: true });
  const traffic = scene.startTraffic();
  for (let flush = 1; flush <= 2; flush += 1) {
    await traffic.more(40);
    await world.redis.each((server) => server.flushall());
  }
  await traffic.more(60);
  await traffic.end();
  await scene.expectExactBill({ isCalm: true });
  expectOnlyRefusals(scene, [503, 403]);
}

/** Case 8; needs a replica. */
export async function redisFailsOver(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world);
  const traffic = scene.startTraffic();
  await traffic.more(40);
  world.redis.replication!.cut();
  await outage(1000);
  await traffic.more(20);
  await world.redis.replication!.promoteReplica();
  await traffic.more(80);
  await traffic.end();
  await scene.expectExactBill({ isCalm: true });
  expectOnlyRefusals(scene, [503]);
}

/** Cases 5 and 6, many times and in short: connections end, hang, and end while they hang. */
export async function networkComesAndGoes(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world);
  const traffic = scene.startTraffic();
  await traffic.more(20);
  const proxies = [...new Set([...world.redis.proxies.master, ...world.redis.proxies.slave])];
  for (let round = 1; round <= 12; round += 1) {
    for (const proxy of proxies) {
      if (round % 3 !== 1) proxy.cut();
      if (round % 3 === 2) proxy.mend();
      if (round % 3 !== 0) proxy.pause();
    }
    await outage(times.commandTimeout * (0.6 + (round % 4) * 0.5));
    for (const proxy of proxies) {
      if (round % 3 === 2) proxy.cut();
      proxy.mend();
    }
    await outage(round * 40);
    expect(world.nodes().filter(({ isRunning }) => !isRunning)).toEqual([]);
  }
  await traffic.more(40);
  await traffic.end();
  await scene.expectExactBill({ isCalm: true });
  expectOnlyRefusals(scene, [503]);
}
