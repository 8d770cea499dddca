import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { openScene } from '../../support/cluster/scene.ts';

jest.setTimeout(times.test);

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld({ redis: 'tls', slaves: 1 });
});
afterAll(() => world.stop());

describe('a Redis that is reached through TLS', () => {
  it('serves every node, and the bill is exact', async () => {
    const scene = await openScene(world);
    await scene.send(60);
    await scene.expectExactBill({ isCalm: true });
  });

  it('whose certificate nobody vouches for is not talked to, and the start says so', async () => {
    await expect(world.addSlave({ NODE_EXTRA_CA_CERTS: '' })).rejects.toThrow(
      /REDIS_CONN_STRING: Redis did not answer within 10 s \(.*certificate/,
    );
  });
});
