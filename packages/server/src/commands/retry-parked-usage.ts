import type { ParkedEvent } from '@turnpike/core';
import { makeRetryBatches } from '@turnpike/master';
import { readAllPages } from './read-all-pages.ts';
import type { QueueCommandDeps } from './queue-command-deps.ts';

/**
 * Charges parked events after all. In a cluster they go into the queue again, and leave the parking place when they are
 * charged; without a queue they are charged here. An event that fails again stays parked.
 *
 * @param ids request ids, or `all`
 * @returns 0 when every one of them was found and went its way, else 1
 */
export async function retryParkedUsage(
  deps: QueueCommandDeps,
  ids: readonly string[],
): Promise<number> {
  const { parkedUsage, print } = deps;
  const isAll = ids.length === 1 && ids[0] === 'all';
  const parked = await readAllPages(parkedUsage.list);
  const chosen = isAll ? parked : parked.filter(({ event }) => ids.includes(event.requestId));
  const known = new Set(chosen.map(({ event }) => event.requestId));
  const unknown = isAll ? [] : ids.filter((id) => !known.has(id));
  for (const id of unknown) print(`${id}: not a parked event`);

  const tooOld = chosen.filter(({ reason }) => reason === 'too-old');
  for (const { event } of tooOld) print(`${event.requestId}: too old to be charged; drop it`);
  const due = chosen.filter(({ reason }) => reason !== 'too-old');
  const left = await sendOff(deps, due);
  return unknown.length + tooOld.length + left === 0 ? 0 : 1;
}

/** @returns how many could not be charged */
async function sendOff(deps: QueueCommandDeps, due: readonly ParkedEvent[]): Promise<number> {
  const { usageQueue, newBatchId, print } = deps;
  if (usageQueue === undefined) return chargeHere(deps, due);
  const events = due.map(({ event }) => event);
  for (const batch of makeRetryBatches(events, newBatchId)) await usageQueue.add(batch);
  print(`in the queue again: ${String(events.length)}`);
  return 0;
}

async function chargeHere(
  { ledgerRepository, parkedUsage, print }: QueueCommandDeps,
  due: readonly ParkedEvent[],
): Promise<number> {
  let charged = 0;
  for (const { event } of due) {
    try {
      const applied = await ledgerRepository.applyUsage([event]);
      if (applied.charged + applied.repeated === 0) {
        print(`${event.requestId}: too old to be charged; drop it`);
        continue;
      }
      await parkedUsage.remove([event.requestId]);
      charged += 1;
    } catch (error) {
      // Drivers put the whole statement in front of the reason.
      print(`${event.requestId}: ${(error as Error).message.slice(-300)}`);
    }
  }
  print(`charged: ${String(charged)}`);
  return due.length - charged;
}
