import { createRequire } from 'node:module';
import { createModelMatcher, literalNames, type MatchModel } from './match-model.ts';
import type {
  ConditionalPrice,
  ModelInfo,
  ModelPrice as BookPrice,
  Provider,
  ProviderFindOptions,
} from '@pydantic/genai-prices';

type FindProvider = (options: ProviderFindOptions) => Provider | undefined;

/** A vendor of the price book, ready to be searched. */
export interface Vendor {
  findModel: MatchModel;
  /** Literal names of its models, in the book's order. */
  names: readonly string[];
  /** What it calls the models that it still sells, in the book's order. */
  current: readonly string[];
}

let findProvider: FindProvider | undefined;
const vendors = new Map<string, Vendor | undefined>();

/**
 * A vendor of the price book. The book is half a megabyte that takes 30 ms to load, so it is loaded by the first one who
 * asks for a price, at once and not by a promise: a price is looked up in the middle of a request.
 */
export function findVendor(id: string): Vendor | undefined {
  if (vendors.has(id)) return vendors.get(id);
  findProvider ??= loadFindProvider();
  const provider = findProvider({ providerId: id });
  const vendor = provider && toVendor(provider);
  vendors.set(id, vendor);
  return vendor;
}

function toVendor(provider: Provider): Vendor {
  const findModel = createDatedMatcher(provider);
  const { models } = provider;
  const isCurrent = (info: ModelInfo): boolean =>
    info.deprecated !== true && findModel(info.id) === info;
  return {
    findModel,
    names: models.flatMap(({ match }) => literalNames(match)),
    current: models.filter(isCurrent).map(({ id }) => id),
  };
}

/** A price of the book in force at a moment, and until when. */
export interface CurrentPrice {
  price: BookPrice;
  /** Unix milliseconds at which another price begins; `Infinity`: none is announced. */
  untilMs: number;
}

/**
 * The price in force. Of prices that depend on the hour the dearest is taken: a bill must not depend on the minute in
 * which an answer ends, and must not be below the vendor's.
 */
export function currentPrice({ prices }: ModelInfo, atMs: number): CurrentPrice {
  if (!Array.isArray(prices)) return { price: prices, untilMs: Infinity };
  let price: BookPrice = {};
  let untilMs = Infinity;
  let byHour: BookPrice | undefined;
  for (const entry of prices) {
    const startMs = startOf(entry);
    if (startMs === undefined) {
      if (byHour === undefined || rank(entry.prices) > rank(byHour)) byHour = entry.prices;
    } else if (startMs <= atMs) price = entry.prices;
    else untilMs = Math.min(untilMs, startMs);
  }
  return { price: byHour !== undefined && rank(byHour) > rank(price) ? byHour : price, untilMs };
}

/** USD of a rate, the first tier of tiered ones; undefined where the book is silent. */
export function baseRate(price: BookPrice, key: string): number | undefined {
  return rateAbove(price, key, 0);
}

/** USD of a rate for prompts of more than so many tokens; undefined where the book is silent. */
export function rateAbove(price: BookPrice, key: string, tokens: number): number | undefined {
  const rate = price[key];
  if (typeof rate !== 'object') return rate;
  return rate.tiers.findLast(({ start }) => start <= tokens && tokens > 0)?.price ?? rate.base;
}

/** Lengths of a prompt, in tokens, above which any rate changes; ascending. */
export function tierStarts(price: BookPrice): readonly number[] {
  const starts = Object.values(price).flatMap((rate) =>
    typeof rate === 'object' ? rate.tiers.map(({ start }) => start) : [],
  );
  return [...new Set(starts)].filter((start) => start > 0).sort((a, b) => a - b);
}

function loadFindProvider(): FindProvider {
  const require = createRequire(import.meta.url);
  const book = require('@pydantic/genai-prices') as { findProvider: FindProvider };
  return book.findProvider;
}

/** Compact dates (`-20250514`) are tried as dashed ones too, as the book does. */
function createDatedMatcher(provider: Provider): MatchModel {
  const match = createModelMatcher(provider);
  return (model) => {
    const dashed = dashDate(model);
    return match(model) ?? (dashed === model ? undefined : match(dashed));
  };
}

function dashDate(model: string): string {
  return model.replace(/-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3');
}

/** When an entry begins; an entry without a date is in force from the start, one by the hour has none. */
function startOf({ constraint }: ConditionalPrice): number | undefined {
  if (constraint === undefined) return -Infinity;
  return constraint.type === 'start_date'
    ? Date.parse(`${constraint.start_date}T00:00:00Z`)
    : undefined;
}

function rank(price: BookPrice): number {
  return (baseRate(price, 'input_mtok') ?? 0) + (baseRate(price, 'output_mtok') ?? 0);
}
