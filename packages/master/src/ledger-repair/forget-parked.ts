import type { ParkedUsage } from '@turnpike/core';
import { forgetAppliedEvents } from '../consumer/forget-applied-events.ts';

const PAGE = 500;

/** Takes events out of the parking place whose retry was charged by a master that died before it could do so. */
export function createParkedSweep(
  deps: Parameters<typeof forgetAppliedEvents>[0] & { parkedUsage: Pick<ParkedUsage, 'list'> },
): () => Promise<void> {
  return async () => {
    let offset = 0;
    for (;;) {
      const page = await deps.parkedUsage.list({ offset, limit: PAGE });
      const removed = await forgetAppliedEvents(
        deps,
        page.map(({ event }) => event),
      );
      if (page.length < PAGE) return;
      offset += PAGE - removed;
    }
  };
}
