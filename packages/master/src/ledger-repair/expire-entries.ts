import type { LedgerBook, Logger, ParkedUsage } from '@turnpike/core';
import type { MasterMetrics } from '../master-metrics.ts';
import type { AssumedPublisher } from './publish-assumed.ts';

export interface ExpireEntriesDeps {
  ledgerBook: Pick<LedgerBook, 'expireDue'>;
  parkedUsage: Pick<ParkedUsage, 'find'>;
  assumedPublisher: Pick<AssumedPublisher, 'publishExpired'>;
  metrics: Pick<MasterMetrics, 'entriesExpired'>;
  logger: Logger;
}

/**
 * Ends reservations that nobody extended or settled: their node died, or never knew that they were made. Each leaves an
 * `expired` usage event. A run that stops half-way is made good by the sweep.
 */
export function createEntryExpiry(deps: ExpireEntriesDeps): () => Promise<void> {
  const { ledgerBook, parkedUsage, assumedPublisher, metrics, logger } = deps;
  return async () => {
    const entries = await ledgerBook.expireDue();
    if (entries.length === 0) return;
    metrics.entriesExpired(entries.length);
    for (const { requestId, userId, apiTokenId, amount, nodeId } of entries)
      logger.warn({ requestId, userId, apiTokenId, amount, nodeId }, 'reservation expired');
    const parked = await parkedUsage.find(entries.map(({ requestId }) => requestId));
    await assumedPublisher.publishExpired(entries.filter((entry) => !parked.has(entry.requestId)));
  };
}
