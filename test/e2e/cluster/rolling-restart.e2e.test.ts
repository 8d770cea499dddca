import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { openScene } from '../../support/cluster/scene.ts';

jest.setTimeout(times.test);

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld();
});
afterEach(() => world.mend());
afterAll(() => world.stop());

describe('a rolling restart under load', () => {
  it('loses nothing, and no client that tries another node sees an error', async () => {
    const scene = await openScene(world);
    const traffic = scene.startTraffic({ triesOtherNodes: true });
    await traffic.more(40);
    for (const node of [...world.slaves, ...world.masters]) {
      expect(await node.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      await node.start();
      await traffic.more(20);
    }
    await traffic.end();
    scene.expectAllComplete();
    await scene.expectExactBill({ isCalm: true });
  });
});
