import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readBooks } from '../../load/books.mjs';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { makeNextBuild, type NextBuild } from '../../support/cluster/make-next-build.ts';
import { countJobs } from '../../support/cluster/redis-state.ts';
import { openScene } from '../../support/cluster/scene.ts';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(times.test);

let next: NextBuild;
let world: ClusterWorld;
beforeAll(async () => {
  [next, world] = await Promise.all([makeNextBuild(), startClusterWorld({ slaves: 1 })]);
});
afterEach(() => world.mend());
afterAll(async () => {
  await world.stop();
  await next.remove();
});

describe('an upgrade, node by node, to a version whose usage batches are newer', () => {
  it('loses nothing, whichever goes first: what only new masters read waits for one', async () => {
    const scene = await openScene(world);
    const [oldSlave] = world.slaves;
    const [oldMaster] = world.masters;
    const newSlave = await world.addSlave({}, { binary: next.binary });
    const traffic = scene.startTraffic({ nodes: [oldSlave!, newSlave], triesOtherNodes: true });
    await traffic.more(60);

    // Side by side: the old master applies what it knows, and parks nothing.
    const isCharged = async (id: string): Promise<boolean> =>
      (await readBooks(world.books, scene.accounts)).requests.has(id);
    const [ofOld] = await scene.send(1, { nodes: [oldSlave!] });
    const [ofNew] = await scene.send(1, { nodes: [newSlave] });
    expect([ofOld?.outcome, ofNew?.outcome]).toEqual(['complete', 'complete']);
    await waitFor('the charge of the old node', () => isCharged(ofOld!.id), times.patience);
    await waitFor(
      'the batches of the new node to wait',
      async () => (await countJobs(world.redis.direct))['delayed']! > 0,
      times.patience,
    );
    expect(await isCharged(ofNew!.id)).toBe(false);

    const newMaster = await world.addMaster({}, { binary: next.binary });
    await waitFor('the charge of the new node', () => isCharged(ofNew!.id), times.patience);
    await traffic.more(20);
    for (const node of [oldMaster!, oldSlave!])
      expect(await node.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await traffic.more(20);
    await traffic.end();
    scene.expectAllComplete();
    await scene.expectExactBill({ isCalm: true });
    expect(await world.books('parked_usage')).toEqual([]);
    expect(newMaster.isRunning).toBe(true);
  });
});
