import { channelStatuses, chooseChannels, errors, type Operation, type Tier } from '@turnpike/core';
import type { ChannelCooldowns } from '../upstream/channel-cooldowns.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { RelaySnapshot, RoutePrice } from '../snapshot/relay-snapshot.ts';
import type { Caller } from './authenticate.ts';

/** Which channels may serve a request, in the order they are tried, and what each may cost. */
export interface ChannelPlan {
  snapshot: RelaySnapshot;
  /** As the client asked. */
  model: string;
  group: string;
  isPinned: boolean;
  /** Every price that the request may be billed at. Never empty. */
  prices: readonly RoutePrice[];
  /** Price through one of the channels; undefined where it has none and the policy refuses. */
  priceThrough(channel: RelayChannel): RoutePrice | undefined;
  /** The next channel to try; undefined when there is none that was not tried. */
  next(): RelayChannel | undefined;
}

export interface PlanDeps {
  cooldowns: ChannelCooldowns;
  random: () => number;
}

/**
 * Finds the candidates for a model. Nothing here waits; channels that are cooling come last.
 *
 * @throws `model_not_allowed`, `model_not_found`, `no_channel_available`, `model_not_priced`, `channel_not_found`, `channel_disabled`
 */
export function planChannels(
  deps: PlanDeps,
  snapshot: RelaySnapshot,
  caller: Caller,
  model: string,
  operation: Operation = 'chat',
): ChannelPlan {
  const { token } = caller;
  if (token.models !== undefined && !token.models.has(model))
    throw errors.modelNotAllowed({ model, param: 'model' });
  return caller.pinnedChannel === undefined
    ? planByModel(deps, snapshot, token.group, model, operation)
    : planPinned(snapshot, caller, model, caller.pinnedChannel);
}

function planByModel(
  { cooldowns, random }: PlanDeps,
  snapshot: RelaySnapshot,
  group: string,
  model: string,
  operation: Operation,
): ChannelPlan {
  const tiers = snapshot.routes.tiersFor(group, model);
  if (tiers.length === 0) {
    throw snapshot.isOffered(group, model)
      ? errors.noChannelAvailable({ model })
      : errors.modelNotFound({ model, group, param: 'model' });
  }
  const prices = snapshot.pricesOf(tiers, model);
  if (prices.length === 0) throw errors.modelNotPriced({ model, param: 'model' });
  return {
    snapshot,
    model,
    group,
    isPinned: false,
    prices,
    priceThrough: (channel) => snapshot.priceThrough(channel, model),
    next: drawer(
      snapshot,
      snapshot.nativeFirst(tiers, model, operation),
      cooldowns.cooling(),
      random,
    ),
  };
}

/** Draws among channels that are not cooling; when these are used up, among the cooling ones. */
function drawer(
  snapshot: RelaySnapshot,
  tiers: readonly Tier[],
  cooling: ReadonlySet<number> | undefined,
  random: () => number,
): () => RelayChannel | undefined {
  let draw = chooseChannels(tiers, random, cooling);
  let isLastDraw = cooling === undefined;
  const tried = new Set<number>();
  return () => {
    for (;;) {
      if (draw.isExhausted) {
        if (isLastDraw) return undefined;
        draw = chooseChannels(tiers, random, tried);
        isLastDraw = true;
        continue;
      }
      const drawn = draw.next();
      if (drawn === undefined) return undefined;
      tried.add(drawn.id);
      const channel = snapshot.channel(drawn.id);
      if (channel !== undefined) return channel;
    }
  };
}

function planPinned(
  snapshot: RelaySnapshot,
  caller: Caller,
  model: string,
  pinned: string,
): ChannelPlan {
  const channel = /^\d+$/.test(pinned) ? snapshot.channel(Number(pinned)) : undefined;
  if (channel === undefined) throw errors.channelNotFound({ channel: pinned });
  if (channel.status !== channelStatuses.enabled) throw errors.channelDisabled({ channel: pinned });
  if (channel.provider === undefined) throw errors.noChannelAvailable({ model });
  const price = snapshot.priceThrough(channel, model);
  if (price === undefined) throw errors.modelNotPriced({ model, param: 'model' });
  let isTried = false;
  return {
    snapshot,
    model,
    group: caller.token.group,
    isPinned: true,
    prices: [price],
    priceThrough: () => price,
    next() {
      if (isTried) return undefined;
      isTried = true;
      return channel;
    },
  };
}
