import { findProvider, type Dialect, type Provider } from '@turnpike/adaptors';
import { createNativeTiers } from './native-tiers.ts';
import { readFamilies } from './read-channel-config.ts';
import {
  createPriceList,
  createRouteIndex,
  readOptions,
  type AppliedPrice,
  type ChannelSnapshot,
  type ConfigSnapshot,
  type Family,
  type ModelPrice,
  type Operation,
  type OptionValues,
  type PriceList,
  type RouteIndex,
  type SecretBox,
  type Tier,
} from '@turnpike/core';

/** A channel ready to be called. */
export interface RelayChannel {
  id: number;
  name: string;
  type: number;
  status: number;
  /** Undefined for types whose wire this build does not speak. */
  provider: Provider | undefined;
  baseUrl: string;
  config: Readonly<Record<string, unknown>>;
  modelMapping: Readonly<Record<string, string>>;
  systemPrompt: string;
  /** Families that an administrator declared for this channel, best first; undefined: those of its provider. */
  families: readonly Family[] | undefined;
  /** The upstream credential; opened on first use. @throws when it can not be opened */
  key(): string;
  /** Credentials and the dialect's own headers: name, value, … The same list each time. */
  upstreamHeaders(dialect: Dialect): readonly string[];
}

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
  /** Price of a model through a channel; undefined where it has none and the policy refuses. */
  priceThrough(channel: RelayChannel, model: string): RoutePrice | undefined;
  /** The price as it goes into usage events. The same object each time, so that nobody describes it twice. */
  appliedPrice(price: ModelPrice, groupRatio: number): AppliedPrice;
  /** The different prices that a request may be billed at: the estimate is the maximum over them. */
  pricesOf(tiers: readonly Tier[], model: string): readonly RoutePrice[];
}

/** Legacy `other` column: the config field that it fills when that is empty, by channel type. */
const legacyOther: Readonly<Record<number, string>> = {
  3: 'api_version',
  17: 'plugin',
  18: 'api_version',
  21: 'library_id',
  24: 'api_version',
};

/** Prepares a published snapshot for requests. */
export function createRelaySnapshot(snapshot: ConfigSnapshot, secretBox: SecretBox): RelaySnapshot {
  const options = readOptions(snapshot.options);
  const prices = createPriceList({ options: snapshot.options });
  // The first question loads the price book, which takes some 50 ms: not in the middle of a request.
  prices.priceFor('gpt-4o', 1);
  const channels = new Map<number, RelayChannel>();
  for (const channel of snapshot.channels)
    channels.set(channel.id, toRelayChannel(channel, secretBox));
  const routes = createRouteIndex({ ...snapshot, channels: snapshot.channels.filter(isServable) });
  const byTiers = new WeakMap<readonly Tier[], Map<string, readonly RoutePrice[]>>();

  const applied = new WeakMap<ModelPrice, Map<number, AppliedPrice>>();

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
    priceThrough,
    appliedPrice(price, groupRatio) {
      let byGroup = applied.get(price);
      if (byGroup === undefined) applied.set(price, (byGroup = new Map<number, AppliedPrice>()));
      let found = byGroup.get(groupRatio);
      if (found === undefined) {
        const { source, modelRatio, completionRatio } = price;
        found = { source, modelRatio, completionRatio, groupRatio, version: snapshot.version };
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
  };
}

/** Channels of a type that this build can not call are never drawn. */
function isServable(channel: ChannelSnapshot): boolean {
  return findProvider(channel.type) !== undefined;
}

function toRelayChannel(channel: ChannelSnapshot, secretBox: SecretBox): RelayChannel {
  const provider = findProvider(channel.type);
  const config = withLegacyOther(channel);
  let opened: string | undefined;
  const key = (): string => (opened ??= secretBox.open(channel.sealedKey));
  const headerLists = new Map<Dialect, readonly string[]>();
  return {
    id: channel.id,
    name: channel.name,
    type: channel.type,
    status: channel.status,
    provider,
    baseUrl: (channel.baseUrl || (provider?.defaultBaseUrl ?? '')).replace(/\/+$/, ''),
    config,
    modelMapping: channel.modelMapping,
    systemPrompt: channel.systemPrompt,
    families: readFamilies(config),
    key,
    upstreamHeaders(dialect) {
      let headers = headerLists.get(dialect);
      if (headers === undefined) {
        const all = { ...dialect.headers, ...provider?.authorize(key(), config) };
        headers = Object.entries(all).flat();
        headerLists.set(dialect, headers);
      }
      return headers;
    },
  };
}

function withLegacyOther({
  type,
  config,
  other,
}: ChannelSnapshot): Readonly<Record<string, unknown>> {
  const field = legacyOther[type];
  if (field === undefined || other === '' || (config[field] ?? '') !== '') return config;
  return { ...config, [field]: other };
}
