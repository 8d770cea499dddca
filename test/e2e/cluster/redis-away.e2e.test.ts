import { afterAll, afterEach, beforeAll, describe, it, jest } from '@jest/globals';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import {
  networkComesAndGoes,
  publishIsOvertaken,
  publishRunsLater,
  redisFailsOver,
  redisIsFlushed,
  redisStandsStill,
  redisStops,
} from './cases/redis-failures.ts';

jest.setTimeout(times.test);

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld({ redis: 'replicated' });
});
afterEach(() => world.mend());
afterAll(() => world.stop());

describe('usage whose publishing was not answered in time', () => {
  it('is charged once where it runs later', () => publishRunsLater(world));

  it('is charged once where it arrives after it was sent again and applied', () =>
    publishIsOvertaken(world));
});

describe('the bill is exact', () => {
  it('when Redis stands still under load', () => redisStandsStill(world));

  it('when connections break and hang again and again, and every node outlives it', () =>
    networkComesAndGoes(world));

  it('when Redis is killed under load and comes back', () => redisStops(world));

  it('when Redis is flushed under load, and nobody is admitted on an empty account', () =>
    redisIsFlushed(world));

  it('when a replica takes over that missed the last second', () => redisFailsOver(world));
});
