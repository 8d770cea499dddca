import { randomUUID } from 'node:crypto';
import {
  createMasterMetrics,
  createUsageConsumer,
  followAccounts,
  listRepairJobs,
  registerGivenUpNotifications,
  type MasterMetrics,
} from '@turnpike/master';
import type { ClusterParts } from './cluster-management.ts';
import { createLifecycle } from '../lifecycle.ts';
import { doChores } from './do-chores.ts';
import type { Management } from './gateway.ts';
import { runWhileClaimed, type Running } from './run-while-claimed.ts';
import { listStoreJobs } from './store-jobs.ts';

/**
 * What only masters do: take usage into the database, keep the directory of accounts, do the chores of relays, deliver
 * notifications, repair the ledger, and run the schedules. Several masters share the work. All of it stops while Redis
 * belongs to another database.
 */
export async function runControl(parts: ClusterParts, management: Management): Promise<void> {
  const { cluster, lifecycle, registry, logger } = parts;
  const { store } = management;
  const { usageQueue } = cluster;
  const metrics = createMasterMetrics(registry, { usageQueue, parkedUsage: store.parkedUsage });
  registerGivenUpNotifications(registry, () => store.givenUpNotifications.count());
  const start = (): Promise<Running> => startControl(parts, management, metrics);
  const control = await runWhileClaimed(cluster.claim, start, logger);
  lifecycle.onStop('control', () => control.stop());
}

async function startControl(
  parts: ClusterParts,
  management: Management,
  metrics: MasterMetrics,
): Promise<Running> {
  const lifecycle = createLifecycle(parts.logger);
  try {
    await startParts({ ...parts, lifecycle }, management, metrics);
    return lifecycle;
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

/** @param parts with a life cycle of their own */
async function startParts(
  parts: ClusterParts,
  { master, store }: Management,
  metrics: MasterMetrics,
): Promise<void> {
  const { cluster, settings, lifecycle, logger, clock, nodeId } = parts;
  const { ledgerBook, usageQueue, accountDirectory } = cluster;
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
    doChores({ master, store }, (wanted) => accounts.hydrate(wanted)),
  );
  lifecycle.onStop('chores', () => chores.stop());

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
