import type { Logger, ScheduledJob } from '@turnpike/core';
import type { Store } from '@turnpike/store';

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/** Periodic work of the database itself. */
export function listStoreJobs(store: Store, logger: Logger): readonly ScheduledJob[] {
  return [
    {
      name: 'drain-log-outbox',
      intervalMs: SECOND,
      async run() {
        await store.drainLogOutbox();
      },
    },
    {
      name: 'prune-usage-requests',
      intervalMs: DAY,
      async run() {
        const rows = await store.pruneUsageRequests();
        if (rows > 0) logger.info({ rows }, 'old request ids pruned');
      },
    },
  ];
}
