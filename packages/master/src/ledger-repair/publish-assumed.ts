import {
  MAX_BATCH_EVENTS,
  readOptions,
  USAGE_BATCH_VERSION,
  type AccountSource,
  type OpenEntry,
  type OptionRepository,
  type UsageEvent,
  type UsageQueue,
} from '@turnpike/core';
import { toAssumedEvent } from './assumed-event.ts';

export interface AssumedPublisherDeps {
  usageQueue: Pick<UsageQueue, 'add'>;
  accountSource: Pick<AccountSource, 'read'>;
  options: Pick<OptionRepository, 'all'>;
  newBatchId: () => string;
  /** Of this master: who is told when the batch is applied. */
  nodeId: string;
}

/** Publishes usage that no relay will report. The same entries again are charged once: their request ids are the same. */
export interface AssumedPublisher {
  /** Charges nothing, or the estimate, as the option `UnsettledHoldPolicy` says. */
  publishExpired(entries: readonly OpenEntry[]): Promise<void>;
  /** Charges the amount of the entries, which is what their relay settled them with. */
  publishRecovered(entries: readonly OpenEntry[]): Promise<void>;
}

export function createAssumedPublisher(deps: AssumedPublisherDeps): AssumedPublisher {
  async function publish(
    entries: readonly OpenEntry[],
    endState: 'expired' | 'recovered',
    quotaOf: (entry: OpenEntry) => number,
  ): Promise<void> {
    for (let start = 0; start < entries.length; start += MAX_BATCH_EVENTS) {
      const some = entries.slice(start, start + MAX_BATCH_EVENTS);
      const namesOf = await readNames(deps.accountSource, some);
      const events: UsageEvent[] = some.map((entry) =>
        toAssumedEvent(entry, endState, { quota: quotaOf(entry), ...namesOf(entry) }),
      );
      const { newBatchId, nodeId } = deps;
      await deps.usageQueue.add({ v: USAGE_BATCH_VERSION, id: newBatchId(), nodeId, events });
    }
  }

  return {
    async publishExpired(entries) {
      if (entries.length === 0) return;
      const { UnsettledHoldPolicy: policy } = readOptions(await deps.options.all());
      await publish(entries, 'expired', ({ amount }) => (policy === 'charge' ? amount : 0));
    },
    publishRecovered: (entries) => publish(entries, 'recovered', ({ amount }) => amount),
  };
}

/** Names for the log rows; empty for accounts that are gone. */
async function readNames(source: Pick<AccountSource, 'read'>, entries: readonly OpenEntry[]) {
  const { users, apiTokens } = await source.read({
    userIds: [...new Set(entries.map(({ userId }) => userId))],
    apiTokenIds: [...new Set(entries.map(({ apiTokenId }) => apiTokenId))],
  });
  const usernames = new Map(users.map(({ id, username }) => [id, username]));
  const apiTokenNames = new Map(apiTokens.map(({ id, name }) => [id, name]));
  return ({ userId, apiTokenId }: OpenEntry) => ({
    username: usernames.get(userId) ?? '',
    apiTokenName: apiTokenNames.get(apiTokenId) ?? '',
  });
}
