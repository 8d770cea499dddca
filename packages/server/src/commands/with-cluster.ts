import { randomUUID } from 'node:crypto';
import { openRedisCluster, type RedisCluster } from '@turnpike/cluster/redis';
import { systemClock, type Logger } from '@turnpike/core';
import type { Store } from '@turnpike/store';
import { Registry } from 'prom-client';
import { readVersion } from '../cli/read-version.ts';
import { redisClusterSettings } from '../compose/cluster-settings-for.ts';
import type { Settings } from '../settings/load-settings.ts';
import { withStore } from './open-store-command.ts';

/** Opens the database and what the nodes share, for one command; closes both whatever happens. */
export function withCluster(
  settings: Settings,
  logger: Logger,
  run: (store: Store, cluster: RedisCluster) => Promise<number>,
): Promise<number> {
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
