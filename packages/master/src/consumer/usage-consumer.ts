import type {
  Clock,
  LedgerBook,
  LedgerRepository,
  Logger,
  ParkedUsage,
  UsageConsumer,
  UsageEvent,
} from '@turnpike/core';
import type { MasterMetrics } from '../master-metrics.ts';
import { isRetryBatch } from './retry-batch.ts';
import { forgetAppliedEvents } from './forget-applied-events.ts';
import { parkEvent, parkUnreadable } from './park-event.ts';

export interface UsageConsumerDeps {
  ledgerRepository: Pick<LedgerRepository, 'applyUsage' | 'findRequests'>;
  ledgerBook: Pick<LedgerBook, 'absorb'>;
  parkedUsage: ParkedUsage;
  /** Whether a failure of the database will pass without anybody changing the event. */
  isTransientError: (error: unknown) => boolean;
  metrics: MasterMetrics;
  clock: Clock;
  logger: Logger;
}

/**
 * Takes usage from the queue into the database. The queue delivers at least once; the request ids in the database make
 * a charge once.
 *
 * - All events of all batches are one transaction. After its commit their open entries are absorbed.
 * - A failure that will pass (database away, lock time-out) rejects: the queue brings the batches again.
 * - One that will not pass divides the events until the bad ones are alone. Those are parked with the reason, all others
 *   are charged.
 * - The open entry of a parked event is left as it is: its quota stays set aside, and neither expiry nor sweep publish
 *   an assumed charge for it, until an administrator retries the event (it is charged then) or drops it (the entry is
 *   released without a charge).
 * - Where the ledger does not answer after the commit, the batches come again: nothing is charged twice, and the entries
 *   are absorbed then.
 */
export function createUsageConsumer(deps: UsageConsumerDeps): UsageConsumer {
  const { ledgerRepository, ledgerBook, parkedUsage, metrics, clock, logger } = deps;

  async function applyAll(events: readonly UsageEvent[]): Promise<void> {
    if (events.length === 0) return;
    const applied = await tryToApply(deps, events);
    if ('failure' in applied) return divide(events, applied.failure);

    const parked = events.length - applied.charged - applied.repeated;
    metrics.usageHandled('charged', applied.charged);
    metrics.usageHandled('repeated', applied.repeated);
    metrics.usageHandled('parked', parked);
    const now = clock.now();
    for (const { at } of events) metrics.usageAged(now - at);
    const charged = parked === 0 ? events : await withoutParked(events);
    if (parked > 0) logger.error({ parked }, 'usage events are too old to be charged: parked');
    await ledgerBook.absorb(charged, applied);
  }

  /** Halves are tried until the events that cannot be applied are alone. */
  async function divide(events: readonly UsageEvent[], failure: unknown): Promise<void> {
    const [only] = events;
    if (events.length === 1 && only !== undefined) {
      await parkEvent(parkedUsage, only, failure);
      metrics.usageHandled('parked', 1);
      logger.error({ requestId: only.requestId, err: failure }, 'usage event parked');
      return;
    }
    const middle = Math.ceil(events.length / 2);
    await applyAll(events.slice(0, middle));
    await applyAll(events.slice(middle));
  }

  /** What the transaction left out has no row: it was parked as too old. */
  async function withoutParked(events: readonly UsageEvent[]): Promise<readonly UsageEvent[]> {
    const rows = await ledgerRepository.findRequests(events.map(({ requestId }) => requestId));
    return events.filter(({ requestId }) => rows.has(requestId));
  }

  return {
    async apply(batches) {
      await applyAll(batches.flatMap(({ events }) => events));
      const retried = batches.filter(isRetryBatch).flatMap(({ events }) => events);
      await forgetAppliedEvents(deps, retried);
    },

    async park(job) {
      await parkUnreadable(parkedUsage, job);
      metrics.usageHandled('parked', 1);
      logger.error({ jobId: job.id, reason: job.reason }, 'what is no usage parked');
    },
  };
}

type Outcome = Awaited<ReturnType<LedgerRepository['applyUsage']>> | { failure: unknown };

/** A failure that will not pass is an outcome; one that will is thrown. */
async function tryToApply(
  { ledgerRepository, isTransientError, metrics }: UsageConsumerDeps,
  events: readonly UsageEvent[],
): Promise<Outcome> {
  try {
    return await ledgerRepository.applyUsage(events);
  } catch (error) {
    if (!isTransientError(error)) return { failure: error };
    metrics.databaseFailed();
    throw error;
  }
}
