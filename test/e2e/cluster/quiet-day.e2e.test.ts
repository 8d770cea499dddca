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
