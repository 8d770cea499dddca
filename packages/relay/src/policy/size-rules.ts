import type { BodyFacts } from '@turnpike/adaptors';
import type { Tier, UsageEstimate } from '@turnpike/core';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import { declaredThrough } from './output-limit.ts';

/** What a channel makes of the size of a request: its upstream reads more than the client wrote, or may write more or less. */
export type SizeRule = Pick<RelayChannel, 'policy' | 'systemPrompt'>;

/** What a reservation is sized by. */
export type RequestSize = Pick<BodyFacts, 'declaredOutput' | 'estimate'>;

/** A token of text is three bytes or more on average, as every estimate has it, and never less than one. */
const softBytesPerToken = 3;

/** Finds the rules of the channels that a request may go to. Worked out once for all requests to the same channels. */
export function createSizeRules(
  channels: ReadonlyMap<number, RelayChannel>,
): (tiers: readonly Tier[]) => readonly SizeRule[] | undefined {
  const changesAny = [...channels.values()].some(changesSize);
  if (!changesAny) return () => undefined;
  const known = new WeakMap<readonly Tier[], { rules: readonly SizeRule[] | undefined }>();
  return (tiers) => {
    let found = known.get(tiers);
    if (found === undefined) {
      const all = tiers.flatMap((tier) =>
        tier.channels.flatMap(({ id }) => channels.get(id) ?? []),
      );
      found = { rules: all.some(changesSize) ? all : undefined };
      known.set(tiers, found);
    }
    return found.rules;
  };
}

/** The same for a request that can go nowhere else. */
export function sizeRulesOfOne(channel: RelayChannel): readonly SizeRule[] | undefined {
  return changesSize(channel) ? [channel] : undefined;
}

function changesSize({ policy, systemPrompt }: SizeRule): boolean {
  if (systemPrompt !== '') return true;
  return (
    policy !== undefined &&
    (policy.addedBytes > 0 ||
      policy.output.set !== undefined ||
      policy.output.fallback !== undefined)
  );
}

/** Bytes that a channel adds to a request at most. */
export function addedBytesOf({ policy, systemPrompt }: SizeRule): number {
  return (policy?.addedBytes ?? 0) + (systemPrompt === '' ? 0 : Buffer.byteLength(systemPrompt));
}

/** The size of a request as the upstream sees it that makes it largest. */
export function sizeThrough(
  rules: readonly SizeRule[] | undefined,
  facts: Pick<BodyFacts, 'declaredOutput' | 'estimate' | 'hasTextOutput' | 'choices'>,
): RequestSize {
  if (rules === undefined || !facts.hasTextOutput) return facts;
  const added = Math.max(...rules.map(addedBytesOf));
  const limits = rules.map((rule) => declaredThrough(rule, facts.declaredOutput));
  const grow = (estimate: UsageEstimate, tokens: number): UsageEstimate => ({
    ...estimate,
    inputTokens: estimate.inputTokens + tokens,
    // Without a limit the answer is as long as it was taken to be.
    outputTokens: Math.max(
      ...limits.map((limit) =>
        limit === undefined ? estimate.outputTokens : limit * facts.choices,
      ),
    ),
  });
  const { soft, hard } = facts.estimate;
  return {
    declaredOutput: limits.every((limit) => limit !== undefined) ? Math.max(...limits) : undefined,
    estimate: { soft: grow(soft, Math.ceil(added / softBytesPerToken)), hard: grow(hard, added) },
  };
}
