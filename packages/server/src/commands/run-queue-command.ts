import { dropParkedUsage } from './drop-parked-usage.ts';
import type { QueueCommandDeps } from './queue-command-deps.ts';
import { retryParkedUsage } from './retry-parked-usage.ts';
import { showQueue } from './show-queue.ts';

const usage = `turnpike queue                        Show what waits, and what could not be applied.
turnpike queue retry <request id…|all>  Charge parked events after all.
turnpike queue drop <request id…>       Give parked events up: they are not charged.`;

/**
 * `turnpike queue`: shows, retries and drops usage.
 *
 * @returns the exit code: 1 where something was left as it is, 2 for a wrong command line
 */
export function runQueueCommand(
  deps: QueueCommandDeps,
  [action, ...ids]: readonly string[],
): Promise<number> {
  if (action === undefined) return showQueue(deps);
  if (action === 'retry' && ids.length > 0) return retryParkedUsage(deps, ids);
  if (action === 'drop' && ids.length > 0) return dropParkedUsage(deps, ids);
  deps.print(usage);
  return Promise.resolve(2);
}
