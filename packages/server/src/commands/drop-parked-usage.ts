import { makeReleaseEvent, makeRetryBatches } from '@turnpike/master';
import { readAllPages } from './read-all-pages.ts';
import type { QueueCommandDeps } from './queue-command-deps.ts';

/**
 * Gives parked events and jobs up. In a cluster an event that charges nothing goes into the queue for each, so that the
 * quota that is still set aside for the request becomes free.
 *
 * @param ids request ids, or ids of parked jobs
 * @returns 0 when all of them were there, else 1
 */
export async function dropParkedUsage(
  { parkedUsage, usageQueue, newBatchId, clock, print }: QueueCommandDeps,
  ids: readonly string[],
): Promise<number> {
  if (usageQueue !== undefined) {
    const parked = await readAllPages(parkedUsage.list);
    const releases = parked
      .filter(({ event }) => ids.includes(event.requestId))
      .flatMap(({ event }) => makeReleaseEvent(event, clock.now()) ?? []);
    // Before they are removed: once they are, a sweep may take the usage for lost.
    for (const batch of makeRetryBatches(releases, newBatchId)) await usageQueue.add(batch);
  }
  const dropped = await parkedUsage.remove([...new Set(ids)]);
  print(`dropped: ${String(dropped)} of ${String(new Set(ids).size)}`);
  if (dropped === new Set(ids).size) return 0;
  print('The others are not parked: turnpike queue lists the ids of those that are.');
  return 1;
}
