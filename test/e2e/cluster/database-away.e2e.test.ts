import { afterAll, afterEach, beforeAll, describe, it, jest } from '@jest/globals';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { databaseIsRestored, databaseStops } from './cases/database-failures.ts';

jest.setTimeout(times.test);

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld();
});
afterEach(() => world.mend());
afterAll(() => world.stop());

describe('a database', () => {
  it('that is killed under load holds no client up, and has everything applied afterwards', () =>
    databaseStops(world));

  it('that was restored to an earlier moment raises an alarm, and Redis follows it', () =>
    databaseIsRestored(world));
});
