import { randomUUID } from 'node:crypto';
import {
  createMasterMetrics,
  createUsageConsumer,
  followAccounts,
  listRepairJobs,
  registerGivenUpNotifications,
} from '@turnpike/master';
import type { ClusterParts } from './cluster-management.ts';
import { doChores } from './do-chores.ts';
import type { Management } from './gateway.ts';
import { listStoreJobs } from './store-jobs.ts';

/**
 * What only masters do: take usage into the database, keep the directory of accounts, do the chores of relays, deliver
 * notifications, repair the ledger, and run the schedules. Several masters share the work.
 */
export async function runControl(parts: ClusterParts, management: Management): Promise<void> {
  const { master, store } = management;
  const { cluster, settings, lifecycle, registry, logger, clock, nodeId } = parts;
  const { ledgerBook, usageQueue, accountDirectory } = cluster;
  const metrics = createMasterMetrics(registry, { usageQueue, parkedUsage: store.parkedUsage });
  const shared = { ...store, ledgerBook, usageQueue, accountDirectory, metrics, clock, logger };

  const accounts = await followAccounts({
    ...shared,
    tellAccountsChanged: (change) => cluster.tellAccountsChanged(change),
    settings: { syncIntervalMs: settings.syncFrequencyMs },
  });
  lifecycle.onStop('accounts', () => accounts.stop());
  // A part of a Redis Cluster may have lost keys that the rest does not miss.
  cluster.onNewLife(() => {
    accounts
      .refresh()
      .then(() => cluster.tellAccountsChanged({ userIds: [], apiTokenIds: [] }))
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'accounts not written again; the slow pass does it');
      });
  });

  const chores = await cluster.chores.work(
    doChores(management, (wanted) => accounts.hydrate(wanted)),
  );
  lifecycle.onStop('chores', () => chores.stop());

  registerGivenUpNotifications(registry, () => store.givenUpNotifications.count());
  const delivering = await cluster.notifications.work(
    (queued) => master.deliver(queued),
    (queued, error) => master.giveUp(queued, error),
  );
  lifecycle.onStop('notifications', () => delivering.stop());

  const consuming = await usageQueue.consume(createUsageConsumer(shared));
  lifecycle.onStop('usage consumer', () => consuming.stop());

  const schedules = await cluster.schedules.start([
    ...master.jobs,
    ...listStoreJobs(store, logger, (database) => metrics.databaseFailed(database)),
    ...listRepairJobs({
      ...shared,
      newBatchId: randomUUID,
      nodeId,
      settings: {
        expireIntervalMs: settings.expireIntervalMs,
        sweepIntervalMs: settings.sweepIntervalMs,
        recoverAfterMs: settings.recoverAfterMs,
      },
    }),
  ]);
  lifecycle.onStop('schedules', () => schedules.stop());
}
