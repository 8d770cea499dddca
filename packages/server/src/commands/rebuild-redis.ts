import type { Command } from '../cli/run-cli.ts';
import { hydrateDirectory } from './hydrate-directory.ts';
import { print } from './open-store-command.ts';
import { takeRedisOver } from './take-redis-over.ts';
import { claimFor, withAnyCluster } from './with-cluster.ts';

/**
 * Writes every account, key and the configuration from the database into Redis, while the cluster runs. A Redis of another
 * database is taken over first, where that is safe or wanted.
 */
export const rebuildRedis: Command = (settings, logger, _operands, flags) => {
  if (settings.role === 'standalone') {
    print('There is no Redis here: REDIS_CONN_STRING is unset.');
    return Promise.resolve(2);
  }
  return withAnyCluster(settings, logger, async (store, cluster) => {
    const database = await takeRedisOver({
      database: store,
      takeOver: cluster.takeOver,
      wanted: { usageMayGo: flags['take-over'] === true, isSame: flags['same-database'] === true },
      print,
    });
    if (database === undefined) return 1;
    await claimFor({ ...store, ...database }, cluster);
    await cluster.configBus.publishSnapshot(await store.configRepository.readSnapshot());
    return hydrateDirectory({
      accountSource: store.accountSource,
      accountDirectory: cluster.accountDirectory,
      tellAccountsChanged: (change) => cluster.tellAccountsChanged(change),
      print,
    });
  });
};
