import type {
  Clock,
  LedgerBook,
  LedgerRepository,
  Logger,
  OpenEntry,
  ParkedUsage,
  RequestKind,
  UsageQueue,
} from '@turnpike/core';
import type { MasterMetrics } from '../master-metrics.ts';
import { toAssumedEvent } from './assumed-event.ts';
import type { AssumedPublisher } from './publish-assumed.ts';

export interface EntrySweepDeps {
  ledgerBook: Pick<LedgerBook, 'openEntries' | 'absorb'>;
  ledgerRepository: Pick<LedgerRepository, 'findRequests' | 'readBalances'>;
  parkedUsage: Pick<ParkedUsage, 'find'>;
  usageQueue: Pick<UsageQueue, 'counts'>;
  assumedPublisher: AssumedPublisher;
  metrics: Pick<MasterMetrics, 'entriesRecovered'>;
  clock: Clock;
  logger: Logger;
  settings: {
    /** An `expired` entry older than this whose request is not charged gets its event published again. */
    republishAfterMs: number;
    /** A `settled` one older than this is charged by its amount. */
    recoverAfterMs: number;
  };
}

/**
 * Mends what was lost between two steps of the ledger's protocol: entries of charged requests that were not absorbed,
 * expired ones whose event was not published, settled ones whose usage never arrived.
 */
export function createEntrySweep(deps: EntrySweepDeps): () => Promise<void> {
  return async () => {
    // Read first: what is published while the entries are read waits for less long than they say.
    const { oldestMs } = await deps.usageQueue.counts();
    for await (const page of deps.ledgerBook.openEntries()) {
      const ended = page.filter(({ state }) => state !== 'held');
      if (ended.length > 0) await sweepPage(deps, ended, oldestMs);
    }
  };
}

async function sweepPage(
  deps: EntrySweepDeps,
  entries: readonly OpenEntry[],
  oldestMs: number,
): Promise<void> {
  const { parkedUsage, assumedPublisher, clock, metrics, logger, settings } = deps;
  const kinds = await deps.ledgerRepository.findRequests(entries.map((entry) => entry.requestId));
  const isCharged = (entry: OpenEntry) => hasItsCharge(entry, kinds.get(entry.requestId));
  await absorb(deps, entries.filter(isCharged));

  // While events wait in the queue for as long as the entry is old, its own may be among them.
  const now = clock.now();
  const isOverdue = ({ state, since }: OpenEntry) => {
    const { republishAfterMs, recoverAfterMs } = settings;
    const patienceMs = state === 'expired' ? republishAfterMs : recoverAfterMs;
    return now - since > Math.max(patienceMs, oldestMs);
  };
  const overdue = entries.filter((entry) => !isCharged(entry) && isOverdue(entry));
  if (overdue.length === 0) return;
  const parked = await parkedUsage.find(overdue.map(({ requestId }) => requestId));
  const lost = overdue.filter(({ requestId }) => !parked.has(requestId));
  await assumedPublisher.publishExpired(lost.filter(({ state }) => state === 'expired'));

  const recovered = lost.filter(({ state }) => state === 'settled');
  await assumedPublisher.publishRecovered(recovered);
  metrics.entriesRecovered(recovered.length);
  for (const { requestId, userId, apiTokenId, amount, nodeId } of recovered)
    logger.warn({ requestId, userId, apiTokenId, amount, nodeId }, 'lost usage recovered');
}

/** A settled entry beside an assumed refund waits for its real event: the relay came back and is about to send it. */
function hasItsCharge({ state }: OpenEntry, kind: RequestKind | undefined): boolean {
  return kind !== undefined && (state === 'expired' || kind !== 'expired');
}

async function absorb(
  { ledgerBook, ledgerRepository }: EntrySweepDeps,
  entries: readonly OpenEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  // Read after the rows were seen: the charges are in these balances.
  const balances = await ledgerRepository.readBalances(
    [...new Set(entries.map(({ userId }) => userId))],
    [...new Set(entries.map(({ apiTokenId }) => apiTokenId))],
  );
  const events = entries.map((entry) =>
    toAssumedEvent(entry, 'recovered', { quota: entry.amount, username: '', apiTokenName: '' }),
  );
  await ledgerBook.absorb(events, { charged: 0, repeated: events.length, ...balances });
}
