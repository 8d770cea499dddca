import type { Command } from '../cli/run-cli.ts';
import { hydrateDirectory } from './hydrate-directory.ts';
import { print } from './open-store-command.ts';
import { withCluster } from './with-cluster.ts';

/** Writes every account, key and the configuration from the database into Redis, while the cluster runs. */
export const rebuildRedis: Command = (settings, logger) => {
  if (settings.role === 'standalone') {
    print('There is no Redis here: REDIS_CONN_STRING is unset.');
    return Promise.resolve(2);
  }
  return withCluster(settings, logger, async (store, cluster) => {
    await cluster.configBus.publishSnapshot(await store.configRepository.readSnapshot());
    return hydrateDirectory({
      accountSource: store.accountSource,
      accountDirectory: cluster.accountDirectory,
      tellAccountsChanged: (change) => cluster.tellAccountsChanged(change),
      print,
    });
  });
};
