import { afterAll, afterEach, beforeAll, describe, it, jest } from '@jest/globals';
import { isFullLength, times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { masterDiesBeforeAcknowledgement, masterDiesInTransaction } from './cases/master-deaths.ts';

jest.setTimeout(times.test);

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld({
    slaves: 1,
    ...(!isFullLength && { masterEnv: { QUEUE_STALL_INTERVAL: '1s' } }),
  });
});
afterEach(() => world.mend());
afterAll(() => world.stop());

describe('a master that is killed', () => {
  it('in its transaction, five times over the same batch, charges it once and never parks it', () =>
    masterDiesInTransaction(world));

  it('after the commit, but before the acknowledgement, charges nothing twice and frees the reservations', () =>
    masterDiesBeforeAcknowledgement(world));
});
