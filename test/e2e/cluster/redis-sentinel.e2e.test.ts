import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { openScene } from '../../support/cluster/scene.ts';

jest.setTimeout(times.test);

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld({ redis: 'sentinel', slaves: 1 });
});
afterAll(() => world.stop());

describe('behind a sentinel, with a password', () => {
  it('the bill is exact when the server is killed under load and its replica takes over', async () => {
    const scene = await openScene(world);
    const traffic = scene.startTraffic();
    await traffic.more(40);
    await world.redis.failOver!();
    await traffic.more(80);
    await traffic.end();
    await scene.expectExactBill({ isCalm: true });
  });
});
