import {
  channelStatuses,
  createPriceList,
  exactToNumber,
  quotaPerUsd,
  readPriceOption,
  roles,
  type ChannelSnapshot,
  type ConfigBus,
  type ConfigRepository,
  type ConfigSnapshot,
  type ModelPrice,
  type PriceList,
  type User,
} from '@turnpike/core';
import type { GroupOfferJson, ModelPricingJson } from '@turnpike/core/contract';
import type { ModelCatalogue } from '../master-deps.ts';

export interface PricingServiceDeps {
  configBus: ConfigBus;
  configRepository: ConfigRepository;
  modelCatalogue: ModelCatalogue;
}

export interface Pricing {
  data: ModelPricingJson[];
  group_ratio: Record<string, number>;
  usable_group: Record<string, string>;
}

export type PricingService = ReturnType<typeof createPricingService>;

/** What those who have not logged in are told the prices of. */
const GROUP_OF_GUESTS = 'default';

/** What models cost, by the same list that bills are made with. Nobody sees groups that are not the own. */
export function createPricingService(deps: PricingServiceDeps) {
  const owners = new Map(deps.modelCatalogue.models.map(({ id, ownedBy }) => [id, ownedBy]));
  let made: { version: number; prices: PriceList } | undefined;

  async function read(): Promise<{ snapshot: ConfigSnapshot; prices: PriceList }> {
    const published = await deps.configBus.latestSnapshot();
    const snapshot = published ?? (await deps.configRepository.readSnapshot());
    if (made?.version !== snapshot.version)
      made = { version: snapshot.version, prices: createPriceList({ options: snapshot.options }) };
    return { snapshot, prices: made.prices };
  }

  return {
    /** Models without a price are left out: nobody can call them. */
    async list(caller: User | undefined): Promise<Pricing> {
      const { snapshot, prices } = await read();
      const groups = groupsOf(caller, snapshot);
      return {
        data: listModels(snapshot, groups).flatMap(({ model, channels }) => {
          const price = dearestOf(model, channels, prices);
          return price === undefined
            ? []
            : [toPricing(model, price, owners.get(model), groupsServed(channels, groups))];
        }),
        group_ratio: Object.fromEntries(
          groups.map((group) => [group, prices.groupRatio(group).number]),
        ),
        usable_group: Object.fromEntries(groups.map((group) => [group, group])),
      };
    },

    async groups(caller: User | undefined): Promise<Record<string, GroupOfferJson>> {
      const { snapshot, prices } = await read();
      return Object.fromEntries(
        groupsOf(caller, snapshot).map((group) => [
          group,
          { ratio: prices.groupRatio(group).number, desc: group },
        ]),
      );
    },
  };
}

/** Administrators see every group, everybody else the own one. */
function groupsOf(caller: User | undefined, { options }: ConfigSnapshot): string[] {
  if (caller === undefined) return [GROUP_OF_GUESTS];
  if (caller.role < roles.admin) return [caller.group];
  const ratios = JSON.parse(readPriceOption('GroupRatio', options['GroupRatio'])) as object;
  return [...new Set([...Object.keys(ratios), caller.group])].sort();
}

/** By name: what enabled channels serve to any of these groups. */
function listModels(
  { channels }: ConfigSnapshot,
  groups: readonly string[],
): { model: string; channels: ChannelSnapshot[] }[] {
  const byModel = new Map<string, ChannelSnapshot[]>();
  for (const channel of channels) {
    if (channel.status !== channelStatuses.enabled) continue;
    if (!channel.groups.some((group) => groups.includes(group))) continue;
    for (const model of new Set(channel.models)) {
      if (model === '') continue;
      byModel.set(model, [...(byModel.get(model) ?? []), channel]);
    }
  }
  return [...byModel]
    .map(([model, serving]) => ({ model, channels: serving }))
    .sort((a, b) => (a.model < b.model ? -1 : 1));
}

/** A request may come to any of the channels: what it costs at most. */
function dearestOf(
  model: string,
  channels: readonly ChannelSnapshot[],
  prices: PriceList,
): ModelPrice | undefined {
  let dearest: ModelPrice | undefined;
  for (const { type, modelMapping } of channels) {
    const billed = prices.billBy === 'requested' ? model : (modelMapping[model] ?? model);
    const price = prices.priceFor(billed, type);
    if (price !== undefined && (dearest === undefined || isDearer(price, dearest))) dearest = price;
  }
  return dearest;
}

function isDearer(price: ModelPrice, than: ModelPrice): boolean {
  if (price.request !== than.request) return price.request > than.request;
  if (price.input !== than.input) return price.input > than.input;
  return price.output > than.output;
}

function groupsServed(channels: readonly ChannelSnapshot[], groups: readonly string[]): string[] {
  return groups.filter((group) => channels.some((channel) => channel.groups.includes(group)));
}

function toPricing(
  model: string,
  price: ModelPrice,
  owner: string | undefined,
  groups: string[],
): ModelPricingJson {
  const isByRequest = price.request > 0n && price.input === 0n && price.output === 0n;
  return {
    model_name: model,
    quota_type: isByRequest ? 1 : 0,
    model_ratio: isByRequest ? 0 : price.modelRatio,
    model_price: isByRequest ? exactToNumber(price.request / quotaPerUsd) : 0,
    owner_by: owner ?? 'custom',
    completion_ratio: isByRequest ? 0 : price.completionRatio,
    enable_groups: groups,
  };
}
