import { exactOne, toExact } from './exact.ts';
import { toQuota } from './quota.ts';
import { ratesFor } from './token-rates.ts';
import type { Exact, ModelPrice } from './model-price.ts';
import { promptTokensOf, type Usage } from '../usage/usage.ts';

/** What a price can depend on besides counts. */
export interface RequestFacts {
  /** Of the pictures asked for, as the client wrote it (`1024x1024`); empty: the model's usual size. */
  size?: string;
  /** `standard`, `hd`, …; empty: the model's usual quality. */
  quality?: string;
  /** A good answer that comes without any count: the price per request is still due. */
  isAnswered?: boolean;
}

const noFacts: RequestFacts = {};

/** Prices of models that were asked on the way; undefined for one without a price. */
export type PriceOfModel = (model: string) => ModelPrice | undefined;

/**
 * THE billing formula:
 *
 * quota = ⌈ (Σ count × rate + request + pictures × image(size, quality) + seconds × second + characters × character
 *            + searches × search + the same of other models) × group ⌉
 *
 * rounded once, upward. 0 when nothing was used, or the group or the model is free; at least 1 otherwise.
 * The rates are those of the whole prompt's length. Counts that are negative or no number count as 0.
 *
 * @param groupRatio factor of the user's group, see `PriceList.groupRatio`
 * @param priceOf of `usage.otherModels`: one without a price costs what this model costs, because nothing is free by omission
 * @returns quota units, a safe integer ≥ 0
 * @throws RangeError when the charge or a count is beyond safe integers
 */
export function priceUsage(
  usage: Usage,
  price: ModelPrice,
  groupRatio: Exact,
  facts: RequestFacts = noFacts,
  priceOf?: PriceOfModel,
): number {
  if (groupRatio === 0n) return 0;
  let cost = costOfUsage(usage, price, facts);
  if (price.request !== 0n && (facts.isAnswered === true || isUsed(usage))) cost += price.request;
  if (usage.otherModels !== undefined) {
    for (const other of usage.otherModels)
      cost += costOfUsage(other.usage, priceOf?.(other.model) ?? price, noFacts);
  }
  if (cost === 0n) return isUsed(usage) && !isFree(price) ? 1 : 0;
  return toQuota(cost, groupRatio);
}

function costOfUsage(usage: Usage, price: ModelPrice, facts: RequestFacts): Exact {
  const { input, output } = usage;
  const rates = price.longPrompts === undefined ? price : ratesFor(price, promptTokensOf(usage));
  let cost =
    costOf(input.uncached, rates.input) +
    costOf(input.cacheRead, rates.cacheRead) +
    costOf(input.cacheWrite, rates.cacheWrite) +
    costOf(output.text, rates.output) +
    costOf(output.reasoning, rates.reasoning);
  if (input.cacheWriteHour) {
    const tokens = Math.min(input.cacheWriteHour, input.cacheWrite);
    cost += costOf(tokens, rates.cacheWriteHour) - costOf(tokens, rates.cacheWrite);
  }
  if (input.audio) cost += costOf(input.audio, rates.audioInput);
  if (input.image) cost += costOf(input.image, rates.imageInput);
  if (output.audio) cost += costOf(output.audio, rates.audioOutput);
  if (output.image) cost += costOf(output.image, rates.imageOutput);
  if (usage.images && price.image !== undefined) {
    cost += costOf(usage.images, price.image(facts.size ?? '', facts.quality ?? ''));
  }
  if (usage.seconds && price.second !== undefined) cost += costOf(usage.seconds, price.second);
  if (usage.characters && price.character !== undefined) {
    cost += costOf(usage.characters, price.character);
  }
  if (usage.webSearches) cost += costOf(usage.webSearches, price.webSearch);
  return cost;
}

/** count × rate; fractions (seconds of audio) by their decimal text. */
export function costOf(count: number, rate: Exact): Exact {
  if (!(count > 0) || rate === 0n) return 0n;
  if (Number.isSafeInteger(count)) return BigInt(count) * rate;
  return (toExact(count) * rate) / exactOne;
}

function isUsed({ input, output, images, seconds, characters, webSearches }: Usage): boolean {
  return (
    input.uncached > 0 ||
    output.text > 0 ||
    input.cacheRead > 0 ||
    input.cacheWrite > 0 ||
    output.reasoning > 0 ||
    (input.audio ?? 0) > 0 ||
    (input.image ?? 0) > 0 ||
    (output.audio ?? 0) > 0 ||
    (output.image ?? 0) > 0 ||
    (images ?? 0) > 0 ||
    (seconds ?? 0) > 0 ||
    (characters ?? 0) > 0 ||
    (webSearches ?? 0) > 0
  );
}

/** Only asked when a bill came to nothing, so it need not be quick. */
function isFree(price: ModelPrice): boolean {
  return (
    price.input === 0n &&
    price.output === 0n &&
    price.cacheRead === 0n &&
    price.cacheWrite === 0n &&
    price.cacheWriteHour === 0n &&
    price.webSearch === 0n &&
    price.audioInput === 0n &&
    price.imageInput === 0n &&
    price.reasoning === 0n &&
    price.audioOutput === 0n &&
    price.imageOutput === 0n &&
    price.request === 0n &&
    (price.second ?? 0n) === 0n &&
    (price.character ?? 0n) === 0n &&
    (price.image?.('', '') ?? 0n) === 0n
  );
}
