import { afterAll, afterEach, beforeAll, describe, it, jest } from '@jest/globals';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { itsNodeDies, itsNodeStops, otherNodesKnowIt } from './cases/background-responses.ts';
import {
  relayDiesBeforePublish,
  relayDiesBetweenPublishAndSettle,
  relayReturnsAfterItsEntriesExpired,
  relayStandsStill,
} from './cases/relay-deaths.ts';

jest.setTimeout(times.test);

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld();
});
afterEach(() => world.mend());
afterAll(() => world.stop());

describe('a relay that is killed', () => {
  it('after the upstream answered, but before its usage is safe, completed no answer; the reservations expire visibly', () =>
    relayDiesBeforePublish(world));

  it('after its usage is in the queue, but before the reservation is settled, is billed once', () =>
    relayDiesBetweenPublishAndSettle(world));

  it('with a journal, and returns a day after its reservations expired, has the difference charged once', () =>
    relayReturnsAfterItsEntriesExpired(world));
});

describe('a relay that stands still', () => {
  it('for longer than Redis may take to answer refuses nobody when it goes on', () =>
    relayStandsStill(world));
});

describe('a response that one node makes in the background', () => {
  it('is asked for, watched and cancelled on any other', () => otherNodesKnowIt(world));

  it('is made to its end where its node stops', () => itsNodeStops(world));

  it('has failed where its node was killed', () => itsNodeDies(world));
});
