import { createRequire } from 'node:module';
import type {
  ConditionalPrice,
  MatchLogic,
  ModelInfo,
  ModelPrice as BookPrice,
  Provider,
  ProviderFindOptions,
} from '@pydantic/genai-prices';

type FindProvider = (options: ProviderFindOptions) => Provider | undefined;

let findProvider: FindProvider | undefined;

/**
 * A vendor of the price book. The book is half a megabyte that takes 30 ms to load, so it is loaded by the first one who
 * asks for a price, at once and not by a promise: a price is looked up in the middle of a request.
 */
export function findVendor(id: string): Provider | undefined {
  findProvider ??= loadFindProvider();
  return findProvider({ providerId: id });
}

/** The vendor's model of that name, by the book's own rules; compact dates (`-20250514`) also as dashed ones. */
export function findModel(vendor: Provider, model: string): ModelInfo | undefined {
  return matchModel(vendor, model) ?? matchModel(vendor, dashDate(model));
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
  const rate = price[key];
  return typeof rate === 'object' ? rate.base : rate;
}

/** Names that a rule means literally. */
export function literalNames(match: MatchLogic): readonly string[] {
  if ('equals' in match) return [match.equals];
  return 'or' in match ? match.or.flatMap(literalNames) : [];
}

function loadFindProvider(): FindProvider {
  const require = createRequire(import.meta.url);
  const book = require('@pydantic/genai-prices') as { findProvider: FindProvider };
  return book.findProvider;
}

function matchModel(vendor: Provider, model: string): ModelInfo | undefined {
  return vendor.models.find(({ match }) => matches(match, model, model.toLowerCase()));
}

function matches(rule: MatchLogic, model: string, lower: string): boolean {
  if ('or' in rule) return rule.or.some((part) => matches(part, model, lower));
  if ('and' in rule) return rule.and.every((part) => matches(part, model, lower));
  if ('equals' in rule) return lower === rule.equals.toLowerCase();
  if ('starts_with' in rule) return lower.startsWith(rule.starts_with.toLowerCase());
  if ('ends_with' in rule) return lower.endsWith(rule.ends_with.toLowerCase());
  if ('contains' in rule) return lower.includes(rule.contains.toLowerCase());
  return new RegExp(rule.regex).test(model);
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
