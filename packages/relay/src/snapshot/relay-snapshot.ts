import { findProvider } from '@turnpike/adaptors';
import { createSizeRules, type SizeRule } from '../policy/size-rules.ts';
import { createNativeTiers } from './native-tiers.ts';
import { toRelayChannel, type ChannelDefaults, type RelayChannel } from './relay-channel.ts';
import {
  createPriceList,
  createRouteIndex,
  findLongPrompt,
  readOptions,
  type AppliedPrice,
  type ChannelSnapshot,
  type ConfigSnapshot,
  type LimitedParty,
  type LongPromptRates,
  type ModelPrice,
  type Operation,
  type OptionValues,
  type PriceList,
  type RouteIndex,
  type SecretBox,
  type Tier,
} from '@turnpike/core';

/** What one model costs through one kind of channel. */
export interface RoutePrice {
  upstreamModel: string;
  /** The name that price, log row and roll-up go by. */
  billedModel: string;
  price: ModelPrice;
}

/** Everything the data plane looks up, prepared once for each snapshot. Swapped whole, never edited. */
export interface RelaySnapshot {
  version: number;
  options: OptionValues;
  prices: PriceList;
  routes: RouteIndex;
  channel(id: number): RelayChannel | undefined;
  /** Whether any channel of the group has the model, disabled ones and such that can not be called included. Slow. */
  isOffered(group: string, model: string): boolean;
  /** The tiers, those channels of each first that take the operation untranslated. The same array each time. */
  nativeFirst(tiers: readonly Tier[], model: string, operation: Operation): readonly Tier[];
  /** Limits of all users of a group together; undefined: none. */
  limitedGroup(group: string): LimitedParty | undefined;
  /** Price of a model through a channel; undefined where it has none and the policy refuses. */
  priceThrough(channel: RelayChannel, model: string): RoutePrice | undefined;
  /** The price as it goes into usage events. The same object each time, so that nobody describes it twice. */
  appliedPrice(price: ModelPrice, groupRatio: number, promptTokens: number): AppliedPrice;
  /** The different prices that a request may be billed at: the estimate is the maximum over them. */
  pricesOf(tiers: readonly Tier[], model: string): readonly RoutePrice[];
  /** What channels make of the sizes of requests; undefined where all leave them as they are. */
  sizeRulesOf(tiers: readonly Tier[]): readonly SizeRule[] | undefined;
}

/** Prepares a published snapshot for requests. */
export function createRelaySnapshot(
  snapshot: ConfigSnapshot,
  secretBox: SecretBox,
  channelDefaults: ChannelDefaults = {},
): RelaySnapshot {
  const options = readOptions(snapshot.options);
  const prices = createPriceList({ options: snapshot.options });
  // The first question loads the price book, which takes some 50 ms: not in the middle of a request.
  prices.priceFor('gpt-4o', 1);
  const channels = new Map<number, RelayChannel>();
  for (const channel of snapshot.channels)
    channels.set(channel.id, toRelayChannel(channel, secretBox, channelDefaults));
  const routes = createRouteIndex({ ...snapshot, channels: snapshot.channels.filter(isServable) });
  const byTiers = new WeakMap<readonly Tier[], Map<string, readonly RoutePrice[]>>();

  const applied = new WeakMap<ModelPrice | LongPromptRates, Map<number, AppliedPrice>>();

  const limitedGroups = new Map<string, LimitedParty>();
  for (const [id, limits] of options.GroupLimits)
    limitedGroups.set(id, { scope: 'group', id, limits });

  const priceThrough = (channel: RelayChannel, model: string): RoutePrice | undefined => {
    const upstreamModel = channel.modelMapping[model] ?? model;
    const billedModel = options.BillBy === 'requested' ? model : upstreamModel;
    const price = prices.priceFor(billedModel, channel.type);
    return price === undefined ? undefined : { upstreamModel, billedModel, price };
  };

  const collectPrices = (tiers: readonly Tier[], model: string): readonly RoutePrice[] => {
    const found = new Map<ModelPrice, RoutePrice>();
    for (const tier of tiers) {
      for (const { id } of tier.channels) {
        const channel = channels.get(id);
        const routePrice = channel === undefined ? undefined : priceThrough(channel, model);
        if (routePrice !== undefined) found.set(routePrice.price, routePrice);
      }
    }
    return [...found.values()];
  };

  return {
    version: snapshot.version,
    options,
    prices,
    routes,
    channel: (id) => channels.get(id),
    isOffered: (group, model) =>
      snapshot.channels.some(
        ({ groups, models }) => groups.includes(group) && models.includes(model),
      ),
    nativeFirst: createNativeTiers((id) => channels.get(id)),
    limitedGroup: (group) => limitedGroups.get(group),
    priceThrough,
    appliedPrice(price, groupRatio, promptTokens) {
      const long = findLongPrompt(price, promptTokens);
      const rates = long ?? price;
      let byGroup = applied.get(rates);
      if (byGroup === undefined) applied.set(rates, (byGroup = new Map<number, AppliedPrice>()));
      let found = byGroup.get(groupRatio);
      if (found === undefined) {
        const { source } = price;
        const { modelRatio, completionRatio } = rates;
        found = { source, modelRatio, completionRatio, groupRatio, version: snapshot.version };
        if (long !== undefined) found.longPromptAbove = long.above;
        byGroup.set(groupRatio, found);
      }
      return found;
    },
    pricesOf(tiers, model) {
      let byModel = byTiers.get(tiers);
      if (byModel === undefined)
        byTiers.set(tiers, (byModel = new Map<string, readonly RoutePrice[]>()));
      let routePrices = byModel.get(model);
      if (routePrices === undefined)
        byModel.set(model, (routePrices = collectPrices(tiers, model)));
      return routePrices;
    },
    sizeRulesOf: createSizeRules(channels),
  };
}

/** Channels of a type that this build can not call are never drawn. */
function isServable(channel: ChannelSnapshot): boolean {
  return findProvider(channel.type) !== undefined;
}
