import type { BodyFacts } from '@turnpike/adaptors';
import type { RelayChannel } from '../snapshot/relay-channel.ts';

interface LimitInput {
  channel: Pick<RelayChannel, 'policy'>;
  inbound: { facts: Pick<BodyFacts, 'hasTextOutput' | 'declaredOutput'> };
  /** Most that the budget pays for; undefined: as the client asked. */
  admission: { outputClamp: number | undefined };
}

/** Most tokens that this upstream may generate; undefined: as the client asked. */
export function outputClampOf(input: LimitInput): number | undefined {
  return decidedOutput(input) ?? input.admission.outputClamp;
}

/** The limit that the channel decides, as far as the budget pays for it; undefined: the client's own. */
export function decidedOutput({ channel, inbound, admission }: LimitInput): number | undefined {
  if (channel.policy === undefined || !inbound.facts.hasTextOutput) return undefined;
  const { set, fallback } = channel.policy.output;
  const limit = set ?? (inbound.facts.declaredOutput === undefined ? fallback : undefined);
  return limit === undefined ? undefined : Math.min(limit, admission.outputClamp ?? limit);
}

/** The limit that a request has through a channel; undefined: none. */
export function declaredThrough(
  { policy }: Pick<RelayChannel, 'policy'>,
  declared: number | undefined,
): number | undefined {
  return policy?.output.set ?? declared ?? policy?.output.fallback;
}
