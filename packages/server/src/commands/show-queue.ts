import type { ParkedEvent, ParkedJob } from '@turnpike/core';
import type { QueueCommandDeps } from './queue-command-deps.ts';

const SHOWN_AT_MOST = 100;

/** Prints the counts of the queue and what is parked, with the reasons. */
export async function showQueue({
  usageQueue,
  parkedUsage,
  print,
}: Pick<QueueCommandDeps, 'usageQueue' | 'parkedUsage' | 'print'>): Promise<number> {
  if (usageQueue === undefined) {
    print('Standalone: usage goes into the database at once, without a queue.');
  } else {
    const { waiting, active, delayed, oldestMs } = await usageQueue.counts();
    print(`batches waiting: ${String(waiting)}`);
    print(`batches being applied: ${String(active)}`);
    print(`batches waiting for another attempt: ${String(delayed)}`);
    print(`age of the oldest waiting event: ${String(Math.round(oldestMs / 1000))} s`);
  }
  const page = { offset: 0, limit: SHOWN_AT_MOST };
  const events = await parkedUsage.list(page);
  const jobs = await parkedUsage.listJobs(page);
  const count = await parkedUsage.count();
  print(`parked: ${String(count)}`);
  for (const parked of events) for (const line of describeEvent(parked)) print(line);
  for (const job of jobs) for (const line of describeJob(job)) print(line);
  const more = count - events.length - jobs.length;
  if (more > 0) print(`… and ${String(more)} more`);
  return 0;
}

function describeEvent({ event, reason, parkedAt }: ParkedEvent): string[] {
  const { requestId, userId, apiTokenId, billedModel, quota } = event;
  return [
    `${requestId}  parked ${toTime(parkedAt)}  user ${String(userId)}  token ${String(apiTokenId)}  model ${billedModel}  quota ${String(quota)}`,
    `    ${reason}`,
  ];
}

function describeJob({ id, data, reason, parkedAt }: ParkedJob): string[] {
  return [
    `${id}  parked ${toTime(parkedAt)}  not a usage batch: can only be dropped`,
    `    ${reason}`,
    `    ${data.slice(0, 200)}`,
  ];
}

function toTime(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString();
}
