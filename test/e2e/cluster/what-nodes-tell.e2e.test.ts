import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { times } from '../../support/cluster/cluster-times.ts';
import { readMetric } from '../../support/cluster/read-metric.ts';
import { openScene } from '../../support/cluster/scene.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';

jest.setTimeout(times.test);

const HOUR_S = 3600;
/** The clock of the slave is an hour behind. */
const clockBehind = `--import=data:text/javascript,const{now}=Date;Date.now=()=>now()-${HOUR_S * 1000}`;

let world: ClusterWorld;
beforeAll(async () => {
  const slaveEnv = { NODE_OPTIONS: clockBehind };
  world = await startClusterWorld({ masters: 1, slaves: 1, slaveEnv });
});
afterAll(() => world.stop());

/** What a node tells of: the names of its metrics. */
async function metricsOf({ url }: { url: string }): Promise<Set<string>> {
  const text = await fetch(`${url}/metrics`).then((answer) => answer.text());
  return new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!));
}

const namesIn = (path: string): string[] => [
  ...new Set(
    readFileSync(path, 'utf8')
      .match(/\b(?:turnpike|process|nodejs)_\w+/g)
      ?.map((name) => name.replace(/_bucket$/, '')),
  ),
];

describe('nodes of a cluster', () => {
  it.each(['deploy/prometheus/rules.yml', 'deploy/grafana/dashboards/turnpike.json'])(
    'tell together everything that %s asks for',
    async (path) => {
      const [master, slave] = await Promise.all(
        [world.masters[0]!, world.slaves[0]!].map(metricsOf),
      );
      const asked = namesIn(path);
      expect(asked.length).toBeGreaterThan(15);
      expect(asked.filter((name) => !master!.has(name) && !slave!.has(name))).toEqual([]);
      // Slaves say nothing of the queue and of the books: they do not know.
      expect(slave).not.toContain('turnpike_usage_queue_jobs');
      expect(slave).toContain('turnpike_clock_offset_seconds');
    },
  );
});

describe('a slave whose clock is an hour behind', () => {
  it('says so, and serves and bills as any other', async () => {
    const [slave] = world.slaves;
    const offset = (): Promise<number> => readMetric(slave!, 'turnpike_clock_offset_seconds');
    expect(Math.abs((await offset()) - HOUR_S)).toBeLessThan(5);
    expect(
      Math.abs(await readMetric(world.masters[0]!, 'turnpike_clock_offset_seconds')),
    ).toBeLessThan(5);
    expect(slave!.logs()).toContain('the clock of this machine and that of Redis differ');
    const scene = await openScene(world);
    await scene.send(30);
    scene.expectAllComplete();
    await scene.expectExactBill({ isCalm: true });
  });
});
