import { randomUUID } from 'node:crypto';
import { systemClock, type UsageQueue } from '@turnpike/core';
import type { Store } from '@turnpike/store';
import type { Command } from '../cli/run-cli.ts';
import { print, withStore } from './open-store-command.ts';
import { isQueueCommand, runQueueCommand, usage } from './run-queue-command.ts';
import { withCluster } from './with-cluster.ts';

/** Shows what waits and what could not be applied; retries or drops the latter. */
export const queue: Command = (settings, logger, operands) => {
  if (!isQueueCommand(operands)) {
    print(usage);
    return Promise.resolve(2);
  }
  const run = (store: Store, usageQueue: UsageQueue | undefined): Promise<number> =>
    runQueueCommand(
      { ...store, usageQueue, newBatchId: randomUUID, clock: systemClock, print },
      operands,
    );
  return settings.role === 'standalone'
    ? withStore(settings, logger, (store) => run(store, undefined))
    : withCluster(settings, logger, (store, cluster) => run(store, cluster.usageQueue));
};
