import {
  channelStatuses,
  chooseChannels,
  errors,
  type LossPolicy,
  type Operation,
  type Tier,
} from '@turnpike/core';
import type { ChannelAffinity } from '../upstream/channel-affinity.ts';
import type { ChannelCooldowns } from '../upstream/channel-cooldowns.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { RelaySnapshot, RoutePrice } from '../snapshot/relay-snapshot.ts';
import { sizeRulesOfOne, type SizeRule } from '../policy/size-rules.ts';
import type { Caller } from './authenticate.ts';
import type { ConversationKey } from './conversation-key.ts';

/** Which channels may serve a request, in the order they are tried, and what each may cost. */
export interface ChannelPlan {
  snapshot: RelaySnapshot;
  /** As the client asked. */
  model: string;
  group: string;
  isPinned: boolean;
  /** The conversation, to remember who serves it; undefined where there is no choice. */
  conversation: string | undefined;
  /** What the caller's token says of losses; undefined: nothing. */
  lossPolicy?: LossPolicy | undefined;
  /** Every price that the request may be billed at. Never empty. */
  prices: readonly RoutePrice[];
  /** What the channels make of the request's size; undefined where all leave it as it is. */
  sizeRules?: readonly SizeRule[] | undefined;
  /** Price through one of the channels; undefined where it has none and the policy refuses. */
  priceThrough(channel: RelayChannel): RoutePrice | undefined;
  /** The next channel to try; undefined when there is none that was not tried. */
  next(): RelayChannel | undefined;
}

export interface PlanDeps {
  cooldowns: ChannelCooldowns;
  affinity: Pick<ChannelAffinity, 'find'>;
  random: () => number;
}

/** Tells conversations apart; asked only where there is a choice. */
export type FindConversation = () => ConversationKey | undefined;

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
  findConversation: FindConversation = () => undefined,
): ChannelPlan {
  const { token } = caller;
  if (token.models !== undefined && !token.models.has(model))
    throw errors.modelNotAllowed({ model, param: 'model' });
  const plan =
    caller.pinnedChannel === undefined
      ? planByModel(deps, snapshot, token.group, model, operation, findConversation)
      : planPinned(snapshot, caller, model, caller.pinnedChannel);
  plan.lossPolicy = token.lossPolicy;
  // Sessions go through channels as they are.
  if (operation === 'realtime') plan.sizeRules = undefined;
  return plan;
}

function planByModel(
  { cooldowns, affinity, random }: PlanDeps,
  snapshot: RelaySnapshot,
  group: string,
  model: string,
  operation: Operation,
  findConversation: FindConversation,
): ChannelPlan {
  const tiers = snapshot.routes.tiersFor(group, model);
  if (tiers.length === 0) {
    throw snapshot.isOffered(group, model)
      ? errors.noChannelAvailable({ model })
      : errors.modelNotFound({ model, group, param: 'model' });
  }
  const prices = snapshot.pricesOf(tiers, model);
  if (prices.length === 0) throw errors.modelNotPriced({ model, param: 'model' });
  const ordered = snapshot.nativeFirst(tiers, model, operation);
  const cooling = cooldowns.cooling();
  const conversation = hasChoice(tiers) ? findConversation() : undefined;
  const last = conversation?.isKnown === true ? affinity.find(conversation.text) : undefined;
  const draw = drawer(snapshot, ordered, cooling, random);
  return {
    snapshot,
    model,
    group,
    isPinned: false,
    conversation: conversation?.text,
    prices,
    sizeRules: snapshot.sizeRulesOf(tiers),
    priceThrough: (channel) => snapshot.priceThrough(channel, model),
    next: mayServe(ordered, last, cooling) ? startingWith(snapshot.channel(last), draw) : draw,
  };
}

function hasChoice([first]: readonly Tier[]): boolean {
  return first !== undefined && first.channels.length > 1;
}

/** Only within the best tier: priorities are somebody's will. */
function mayServe(
  [first]: readonly Tier[],
  channelId: number | undefined,
  cooling: ReadonlySet<number> | undefined,
): channelId is number {
  if (channelId === undefined || first === undefined) return false;
  const isThere = first.channels.some(({ id }) => id === channelId);
  return isThere && cooling?.has(channelId) !== true;
}

/** One channel, and behind it the rest as they are drawn. */
function startingWith(
  preferred: RelayChannel | undefined,
  draw: () => RelayChannel | undefined,
): () => RelayChannel | undefined {
  if (preferred === undefined) return draw;
  let isTaken = false;
  return () => {
    if (!isTaken) {
      isTaken = true;
      return preferred;
    }
    const drawn = draw();
    return drawn?.id === preferred.id ? draw() : drawn;
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
    conversation: undefined,
    prices: [price],
    sizeRules: sizeRulesOfOne(channel),
    priceThrough: () => price,
    next() {
      if (isTried) return undefined;
      isTried = true;
      return channel;
    },
  };
}
