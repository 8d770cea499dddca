import { afterAll, afterEach, beforeAll, describe, it, jest } from '@jest/globals';
import { isFullLength, times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { masterDiesBeforeAcknowledgement, masterDiesInTransaction } from './cases/master-deaths.ts';
import {
  publishIsOvertaken,
  publishRunsLater,
  redisIsFlushed,
  redisStandsStill,
  redisStops,
} from './cases/redis-failures.ts';
import { relayDiesBeforePublish, relayDiesBetweenPublishAndSettle } from './cases/relay-deaths.ts';

jest.setTimeout(times.test);

/** What a single Redis shows as well is left to the runs at full length. */
const itAtFullLength = (title: string, run: () => Promise<void>): void => {
  if (isFullLength) it(title, run);
};

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld({ redis: 'cluster' });
});
afterEach(() => world.mend());
afterAll(() => world.stop());

describe('on a Redis Cluster of three nodes the bill is exact', () => {
  itAtFullLength('when a relay is killed before its usage is safe', () =>
    relayDiesBeforePublish(world),
  );

  it('when a relay is killed between publishing and settling', () =>
    relayDiesBetweenPublishAndSettle(world));

  itAtFullLength('when a master is killed five times in its transaction', () =>
    masterDiesInTransaction(world),
  );

  it('when a master is killed before it acknowledged', () =>
    masterDiesBeforeAcknowledgement(world));

  itAtFullLength('when a publish runs later', () => publishRunsLater(world));

  it('when a publish arrives after it was sent again', () => publishIsOvertaken(world));

  itAtFullLength('when every node stands still', () => redisStandsStill(world));

  it('when every node is killed under load and comes back', () => redisStops(world));

  it('when every node is flushed under load', () => redisIsFlushed(world));
});
