import type { Logger, ScheduledJob } from '@turnpike/core';
import type { DatabaseName } from '@turnpike/master';
import type { Store } from '@turnpike/store';

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/**
 * Periodic work of the database itself.
 *
 * @param onFailure told which database it was when rows could not be moved to that of the logs
 */
export function listStoreJobs(
  store: Pick<Store, 'drainLogOutbox' | 'pruneUsageRequests' | 'ping'>,
  logger: Logger,
  onFailure: (database: DatabaseName) => void = () => undefined,
): readonly ScheduledJob[] {
  return [
    {
      name: 'drain-log-outbox',
      intervalMs: SECOND,
      async run() {
        try {
          await store.drainLogOutbox();
        } catch (error) {
          const isMainThere = await store.ping().then(
            () => true,
            () => false,
          );
          onFailure(isMainThere ? 'logs' : 'main');
          throw error;
        }
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
