import { exactOne, parseExact, toExact } from './exact.ts';
import { defaultGroupRatios } from './default-price-table.ts';
import { readStoredTable } from './edit-price-option.ts';
import { findDefaultPrice } from './price-book.ts';
import { createPriceOverrides } from './price-overrides.ts';
import { toModelPrice } from './to-model-price.ts';
import { readOptions } from '../options/read-options.ts';
import { systemClock, type Clock } from '../ports/clock.ts';
import type { Exact, ModelPrice } from './model-price.ts';

/** Factor of a user group, applied to the whole charge. */
export interface GroupRatio {
  exact: Exact;
  /** The same as a number, for log texts. */
  number: number;
  /** False for a group that the option `GroupRatio` does not list: it counts 1, and is worth a warning. */
  isKnown: boolean;
}

/** Every price in force under one configuration. Immutable but for prices that the book changes on a date. */
export interface PriceList {
  /**
   * Price of a model at a channel of a type; undefined where it has none and unpriced models are refused (`model_not_priced`).
   * The same question gives the same object until the price changes.
   */
  priceFor(model: string, channelType: number): ModelPrice | undefined;
  groupRatio(group: string): GroupRatio;
  /** Which of the two names of a request is priced: after the channel's model mapping, or as the client asked. */
  billBy: 'mapped' | 'requested';
}

export interface PriceListDeps {
  /** Option name → stored text, see `ConfigSnapshot.options`. */
  options: Readonly<Record<string, string>>;
  clock?: Clock;
}

/** More different names than an installation has: what grows beyond is someone's invention, and is asked afresh. */
const rememberedPrices = 20_000;

/**
 * Makes the price list of a configuration. Cheap: a price is worked out when it is first asked for.
 *
 * Precedence: option entry (`name(channelType)` before `name`) > price book > One API's table > `UnpricedModelPolicy`.
 */
export function createPriceList({ options, clock = systemClock }: PriceListDeps): PriceList {
  const { BillBy, UnpricedModelPolicy, UnpricedModelRatio } = readOptions(options);
  const overrides = createPriceOverrides(options);
  const groups = createGroupRatios(options['GroupRatio']);
  const unpricedRatio =
    UnpricedModelPolicy === 'default-ratio' ? toExact(UnpricedModelRatio) : undefined;

  const prices = new Map<number, Map<string, ModelPrice | undefined>>();
  let remembered = 0;
  let freshUntilMs = Infinity;

  function workOutPrice(asked: string, channelType: number): ModelPrice | undefined {
    const model = withoutInternet(asked);
    const found = findDefaultPrice(model, channelType, clock.now());
    if (found !== undefined) freshUntilMs = Math.min(freshUntilMs, found.untilMs);
    const override = overrides.find(model, channelType);
    const priced = { model, channelType };
    if (override?.isPrice === true) {
      return toModelPrice(priced, found?.price, override.parts, 'option');
    }
    const parts = override?.parts ?? {};
    if (found !== undefined) return toModelPrice(priced, found.price, parts, found.price.source);
    if (unpricedRatio === undefined) return undefined;
    return toModelPrice(priced, undefined, { ratio: unpricedRatio, ...parts }, 'default-ratio');
  }

  return {
    priceFor(model, channelType) {
      if (clock.now() >= freshUntilMs || remembered >= rememberedPrices) {
        prices.clear();
        remembered = 0;
        freshUntilMs = Infinity;
      }
      let ofType = prices.get(channelType);
      if (ofType === undefined)
        prices.set(channelType, (ofType = new Map<string, ModelPrice | undefined>()));
      const known = ofType.get(model);
      if (known !== undefined || ofType.has(model)) return known;
      const price = workOutPrice(model, channelType);
      ofType.set(model, price);
      remembered += 1;
      return price;
    },
    groupRatio: groups,
    billBy: BillBy,
  };
}

const unknownGroup: GroupRatio = { exact: exactOne, number: 1, isKnown: false };

function createGroupRatios(stored: string | undefined): (group: string) => GroupRatio {
  const table = readStoredTable(stored) ?? defaultGroupRatios;
  const ratios = new Map<string, GroupRatio>();
  for (const [group, ratio] of Object.entries(table)) {
    if (typeof ratio !== 'number') continue;
    ratios.set(group, { exact: parseExact(ratio) ?? exactOne, number: ratio, isKnown: true });
  }
  return (group) => ratios.get(group) ?? unknownGroup;
}

/** `qwen-max-internet` is `qwen-max` with web search: the same price. */
function withoutInternet(model: string): string {
  const hasSuffix =
    model.endsWith('-internet') && (model.startsWith('qwen-') || model.startsWith('command-'));
  return hasSuffix ? model.slice(0, -'-internet'.length) : model;
}
