import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { readMetric } from '../../support/cluster/read-metric.ts';
import { openScene } from '../../support/cluster/scene.ts';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(times.test);

const workers = 2;

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld({ slaves: 1, slaveEnv: { WORKERS: String(workers) } });
});
afterEach(() => world.mend());
afterAll(() => world.stop());

/** Processes that a process has started. */
function childrenOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child!);
}

describe('a node of several workers', () => {
  it('speaks with one voice', async () => {
    const node = world.slaves[0]!;
    const scene = await openScene(world);
    await scene.send(40);
    await scene.expectExactBill({ isCalm: true });
    expect(childrenOf(node.pid)).toHaveLength(workers);
    expect(await readMetric(node, 'turnpike_relay_requests_total')).toBe(40);
    expect((await fetch(`${node.url}/readyz`)).status).toBe(200);
  });

  it('replaces one that is killed under load, and the bill is exact', async () => {
    const node = world.slaves[0]!;
    const scene = await openScene(world);
    const traffic = scene.startTraffic();
    await traffic.more(40);
    const [victim] = childrenOf(node.pid);
    process.kill(victim!, 'SIGKILL');
    await waitFor(
      'the node to be ready with another worker',
      async () => {
        const now = childrenOf(node.pid);
        const isReplaced = now.length === workers && !now.includes(victim!);
        return isReplaced && (await fetch(`${node.url}/readyz`)).ok;
      },
      times.patience,
    );
    await traffic.more(60);
    await traffic.end();
    await scene.expectExactBill();
    expect(await node.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});
