import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { outage, times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { masterStandsStillInTransaction } from './cases/master-deaths.ts';

jest.setTimeout(times.test);

const everyMs = 1000;

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld({
    masters: 2,
    slaves: 1,
    masterEnv: { CHANNEL_TEST_FREQUENCY: `${everyMs}ms` },
  });
});
afterEach(() => world.mend());
afterAll(() => world.stop());

describe('two masters', () => {
  it('run what is scheduled once, not each', async () => {
    const before = await world.simulator.count();
    const start = Date.now();
    await outage(4 * everyMs);
    const tests = (await world.simulator.count()) - before;
    const channels = 2;
    const most = (Math.ceil((Date.now() - start) / everyMs) + 1) * channels;
    expect(tests).toBeGreaterThanOrEqual(channels);
    expect(tests).toBeLessThanOrEqual(most);
  });

  it('lose and repeat nothing when one of them stands still inside a transaction', () =>
    masterStandsStillInTransaction(world, { isCalm: false }));
});
