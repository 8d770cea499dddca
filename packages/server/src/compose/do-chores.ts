import type { Chore } from '@turnpike/core';
import type { Management } from './gateway.ts';

export type Hydrate = (accounts: {
  userIds: readonly number[];
  apiTokenIds: readonly number[];
}) => Promise<void>;

/** How masters do what relays ask of them. */
export function doChores(
  { master, store }: Management,
  hydrate: Hydrate,
): (chore: Chore) => Promise<void> {
  return async (chore) => {
    switch (chore.kind) {
      case 'hydrate':
        return hydrate(chore);
      case 'channel-failure':
        master.channelHealth.reportFatalError(chore.report);
        return;
      case 'failed-requests':
        return store.requestLogs.addFailed(chore.requests);
    }
  };
}
