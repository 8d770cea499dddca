import type { LossList } from './loss-list.ts';

/** What of a client's stop texts an upstream is told, and what is left to be cut here. */
export interface SharedStops {
  /** Undefined where there is nothing to tell. */
  sent: readonly string[] | undefined;
  /** For `EncodedUpstreamRequest.cutsAt`; undefined where there is nothing to cut. */
  cut: readonly string[] | undefined;
}

/**
 * Shares stop texts between an upstream, which knows some of them or none, and this gateway, which cuts the answer at the
 * others. That is counted: the upstream goes on behind the cut, and is paid for it.
 *
 * @param most that the upstream takes
 * @param isTaken whether it takes one at all
 */
export function shareStops(
  stop: readonly string[] | undefined,
  most: number,
  losses: LossList,
  isTaken: (text: string) => boolean = () => true,
): SharedStops {
  const texts = (stop ?? []).filter((text) => text !== '');
  const sent = texts.filter(isTaken).slice(0, most);
  const cut = texts.filter((text) => !sent.includes(text));
  if (cut.length > 0) {
    losses.add(
      'warn',
      'approximated',
      'output.stop',
      'the answer is cut here, and paid to its end',
    );
  }
  return { sent: sent.length === 0 ? undefined : sent, cut: cut.length === 0 ? undefined : cut };
}
