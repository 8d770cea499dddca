import { dropParkedUsage } from './drop-parked-usage.ts';
import type { QueueCommandDeps } from './queue-command-deps.ts';
import { retryParkedUsage } from './retry-parked-usage.ts';
import { showQueue } from './show-queue.ts';

export const usage = `turnpike queue                        Show what waits, and what could not be applied.
turnpike queue retry <request id…|all>  Charge parked events after all.
turnpike queue drop <request id…>       Give parked events up: they are not charged. Each by its id, not all.`;

/** Whether there is such a command; else `usage` says which there are. */
export function isQueueCommand([action, ...ids]: readonly string[]): boolean {
  if (action === undefined || (action === 'retry' && ids.length > 0)) return true;
  return action === 'drop' && ids.length > 0 && !ids.includes('all');
}

/**
 * `turnpike queue`: shows, retries and drops usage.
 *
 * @returns the exit code: 1 where something was left as it is, 2 for a wrong command line
 */
export async function runQueueCommand(
  deps: QueueCommandDeps,
  operands: readonly string[],
): Promise<number> {
  if (!isQueueCommand(operands)) {
    deps.print(usage);
    return 2;
  }
  const [action, ...ids] = operands;
  if (action === undefined) return showQueue(deps);
  return action === 'retry' ? retryParkedUsage(deps, ids) : dropParkedUsage(deps, ids);
}
