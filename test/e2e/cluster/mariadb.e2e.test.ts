import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isFullLength, times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { openScene } from '../../support/cluster/scene.ts';
import { databaseStops } from './cases/database-failures.ts';
import { masterStandsStillInTransaction } from './cases/master-deaths.ts';
import { redisStops } from './cases/redis-failures.ts';

jest.setTimeout(times.test);

const itAtFullLength = (title: string, run: () => Promise<void>): void => {
  if (isFullLength) it(title, run);
};

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld({ database: 'mysql', masters: 2, slaves: 1 });
});
afterEach(() => world.mend());
afterAll(() => world.stop());

describe('on MariaDB the bill is exact', () => {
  it('when nothing goes wrong, and would be seen not to be', async () => {
    const scene = await openScene(world);
    const sights = await scene.send(200, { nodes: world.nodes() });
    expect(sights.filter(({ outcome }) => outcome === 'complete')).toHaveLength(200);
    await scene.expectExactBill({ isCalm: true, provesItself: true });
  });

  it('when the database is killed under load', () => databaseStops(world));

  it('when one of two masters stands still in its transaction', () =>
    masterStandsStillInTransaction(world));

  itAtFullLength('when Redis is killed under load', () => redisStops(world));
});
