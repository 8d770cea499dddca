import { randomUUID } from 'node:crypto';
import { openRedisCluster, type RedisCluster } from '@turnpike/cluster/redis';
import { systemClock, type Logger } from '@turnpike/core';
import type { Store } from '@turnpike/store';
import { Registry } from 'prom-client';
import { readVersion } from '../cli/read-version.ts';
import { redisClusterSettings } from '../compose/cluster-settings-for.ts';
import type { Settings } from '../settings/load-settings.ts';
import { withStore } from './open-store-command.ts';

type Work = (store: Store, cluster: RedisCluster) => Promise<number>;

/**
 * Opens the database and what the nodes share, for one command; closes both whatever happens.
 *
 * @throws where Redis belongs to another database
 */
export function withCluster(settings: Settings, logger: Logger, run: Work): Promise<number> {
  return withAnyCluster(settings, logger, async (store, cluster) => {
    await claimFor(store, cluster);
    return run(store, cluster);
  });
}

/** From here on Redis belongs to this database. @throws where it belongs to another one */
export function claimFor(store: Store, { claim }: RedisCluster): Promise<void> {
  return claim.hold({ id: store.databaseId, description: store.description });
}

/** The same for a command that asks itself whose Redis it is. */
export function withAnyCluster(settings: Settings, logger: Logger, run: Work): Promise<number> {
  return withStore(settings, logger, async (store) => {
    const nodeId = `command-${randomUUID()}`;
    const cluster = await openRedisCluster(
      // A command publishes no usage of its own, and leaves the journals of nodes alone.
      { ...redisClusterSettings(settings, nodeId, readVersion()), journalDir: undefined },
      {
        accountSource: () => store.accountSource,
        snapshotVersion: () => 0,
        clock: systemClock,
        logger,
        registry: new Registry(),
      },
    );
    try {
      return await run(store, cluster);
    } finally {
      await cluster.usageSink.close();
      await cluster.close();
    }
  });
}
