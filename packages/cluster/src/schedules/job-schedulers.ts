import type { ScheduledJob } from '@turnpike/core';
import type { Queue } from 'bullmq';

/** A run that is later than this (and than two intervals) was lost. */
const OVERDUE_MS = 60_000;

type Plan = Pick<ScheduledJob, 'name' | 'intervalMs'>;

/**
 * Makes the schedulers in Redis what is planned: adds what is missing, changes intervals that differ, and sets those in
 * motion again whose next run was lost. The others keep their beat, however often a master starts.
 */
export async function keepSchedulers(queue: Queue, plans: readonly Plan[]): Promise<void> {
  const now = Date.now();
  const present = new Map((await queue.getJobSchedulers()).map((found) => [found.key, found]));
  for (const { name, intervalMs } of plans) {
    const found = present.get(name);
    const isOverdue =
      found?.next !== undefined && found.next < now - Math.max(OVERDUE_MS, 2 * intervalMs);
    if (found?.every === intervalMs && !isOverdue) continue;
    await queue.upsertJobScheduler(
      name,
      { every: intervalMs, startDate: now + intervalMs },
      { name, data: {}, opts: { removeOnComplete: true, removeOnFail: true } },
    );
  }
}

/** Removes the schedulers of jobs that are planned no more. */
export async function removeOtherSchedulers(queue: Queue, plans: readonly Plan[]): Promise<void> {
  const planned = new Set(plans.map(({ name }) => name));
  for (const { key } of await queue.getJobSchedulers())
    if (!planned.has(key)) await queue.removeJobScheduler(key);
}
