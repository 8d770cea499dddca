import type { LedgerRepository, ParkedUsage, RequestKind, UsageEvent } from '@turnpike/core';

/**
 * Takes events out of the parking place that are charged meanwhile, by a retry or because they came again. Those that
 * are not charged stay.
 *
 * @returns how many were taken out
 */
export async function forgetAppliedEvents(
  {
    ledgerRepository,
    parkedUsage,
  }: {
    ledgerRepository: Pick<LedgerRepository, 'findRequests'>;
    parkedUsage: Pick<ParkedUsage, 'remove'>;
  },
  events: readonly UsageEvent[],
): Promise<number> {
  if (events.length === 0) return 0;
  const kinds = await ledgerRepository.findRequests(events.map(({ requestId }) => requestId));
  const applied = events.filter((event) => isApplied(event, kinds.get(event.requestId)));
  return applied.length === 0 ? 0 : parkedUsage.remove(applied.map((event) => event.requestId));
}

/** An assumed charge does not settle a real event. */
function isApplied({ endState }: UsageEvent, kind: RequestKind | undefined): boolean {
  if (kind === undefined) return false;
  return kind === 'real' || endState === 'expired' || endState === 'recovered';
}
