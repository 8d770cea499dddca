import { weightOf, type ChannelSnapshot, type Operation, type Tier } from '@turnpike/core';
import { findAddress } from '../pipeline/find-address.ts';
import type { RelayChannel } from './relay-channel.ts';

/**
 * Parts each tier into channels that take an operation as it is and those that need a translation. Worked out once for
 * a model and an operation, and nothing is made where all are alike, as they nearly always are.
 */
export function createNativeTiers(
  channelOf: (id: number) => RelayChannel | undefined,
): (tiers: readonly Tier[], model: string, operation: Operation) => readonly Tier[] {
  const known = new WeakMap<readonly Tier[], Map<Operation, readonly Tier[]>>();
  return (tiers, model, operation) => {
    let byOperation = known.get(tiers);
    if (byOperation === undefined)
      known.set(tiers, (byOperation = new Map<Operation, readonly Tier[]>()));
    let parted = byOperation.get(operation);
    if (parted === undefined) {
      parted = partTiers(tiers, ({ id }) => {
        const channel = channelOf(id);
        return channel !== undefined && isNative(channel, model, operation);
      });
      byOperation.set(operation, parted);
    }
    return parted;
  };
}

function isNative(channel: RelayChannel, model: string, operation: Operation): boolean {
  const upstreamModel = channel.modelMapping[model] ?? model;
  try {
    return findAddress(channel, { operation, model: upstreamModel }) !== undefined;
  } catch {
    // A key that cannot be opened is this channel's trouble, when its turn comes.
    return false;
  }
}

function partTiers(
  tiers: readonly Tier[],
  isFirst: (channel: ChannelSnapshot) => boolean,
): readonly Tier[] {
  const parted = tiers.flatMap((tier) => {
    const first = tier.channels.filter(isFirst);
    if (first.length === 0 || first.length === tier.channels.length) return tier;
    const rest = tier.channels.filter((channel) => !first.includes(channel));
    return [first, rest].map((channels) => ({
      priority: tier.priority,
      channels,
      totalWeight: channels.reduce((sum, channel) => sum + weightOf(channel), 0),
    }));
  });
  return parted.length === tiers.length ? tiers : parted;
}
