import type { BodyFacts } from '@turnpike/adaptors';
import type { RelayChannel } from '../snapshot/relay-channel.ts';

interface LimitInput {
  channel: Pick<RelayChannel, 'policy'>;
  inbound: { facts: Pick<BodyFacts, 'hasTextOutput' | 'declaredOutput'> };
  /** Most that the budget pays for; undefined: as the client asked. */
  admission: { outputClamp: number | undefined };
}

/** Most tokens that this upstream may generate; undefined: as the client asked. */
export function outputClampOf({ channel, inbound, admission }: LimitInput): number | undefined {
  const { outputClamp } = admission;
  if (channel.policy === undefined || !inbound.facts.hasTextOutput) return outputClamp;
  const { set, fallback } = channel.policy.output;
  const limit = set ?? (inbound.facts.declaredOutput === undefined ? fallback : undefined);
  if (limit === undefined) return outputClamp;
  return Math.min(limit, outputClamp ?? limit);
}

/** The limit that the channel sets, however low the client's own is; undefined: none. */
export function outputSetTo(input: LimitInput): number | undefined {
  const { channel, inbound } = input;
  if (channel.policy?.output.set === undefined || !inbound.facts.hasTextOutput) return undefined;
  return outputClampOf(input);
}

/** The limit that a request has through a channel; undefined: none. */
export function declaredThrough(
  { policy }: Pick<RelayChannel, 'policy'>,
  declared: number | undefined,
): number | undefined {
  return policy?.output.set ?? declared ?? policy?.output.fallback;
}
