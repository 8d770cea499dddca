import type { ParkedEvent, ParkedJob, ParkedUsage } from '../ports/parked-usage.ts';

export interface InMemoryParkedUsage extends ParkedUsage {
  events: Map<string, ParkedEvent>;
  jobs: Map<string, ParkedJob>;
}

/** Parked usage in two maps; everything was parked at `parkedAt` (Unix seconds). */
export function createInMemoryParkedUsage(parkedAt = 1_790_000_000): InMemoryParkedUsage {
  const events = new Map<string, ParkedEvent>();
  const jobs = new Map<string, ParkedJob>();
  const page = <Item>(
    items: Iterable<Item>,
    { offset, limit }: { offset: number; limit: number },
  ) => Promise.resolve([...items].slice(offset, offset + limit));
  return {
    events,
    jobs,
    park(parked, reason) {
      for (const event of parked)
        if (!events.has(event.requestId)) events.set(event.requestId, { event, reason, parkedAt });
      return Promise.resolve();
    },
    parkJob(job) {
      if (!jobs.has(job.id)) jobs.set(job.id, { ...job, parkedAt });
      return Promise.resolve();
    },
    list: (range) => page(events.values(), range),
    listJobs: (range) => page(jobs.values(), range),
    find: (ids) => Promise.resolve(new Set(ids.filter((id) => events.has(id)))),
    count: () => Promise.resolve(events.size + jobs.size),
    remove: (ids) =>
      Promise.resolve(ids.filter((id) => events.delete(id) || jobs.delete(id)).length),
  };
}
