import { exactOne, toExact } from './exact.ts';
import { toQuota } from './quota.ts';
import type { Exact, ModelPrice } from './model-price.ts';
import type { Usage } from '../usage/usage.ts';

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

/**
 * THE billing formula:
 *
 * quota = ⌈ (Σ count × rate + request + pictures × image(size, quality) + seconds × second + characters × character) × group ⌉
 *
 * rounded once, upward. 0 when nothing was used, or the group or the model is free; at least 1 otherwise.
 * Counts that are negative or no number count as 0.
 *
 * @param groupRatio factor of the user's group, see `PriceList.groupRatio`
 * @returns quota units, a safe integer ≥ 0
 * @throws RangeError when the charge or a count is beyond safe integers
 */
export function priceUsage(
  usage: Usage,
  price: ModelPrice,
  groupRatio: Exact,
  facts: RequestFacts = noFacts,
): number {
  if (groupRatio === 0n) return 0;
  const { input, output } = usage;
  let cost =
    costOf(input.uncached, price.input) +
    costOf(input.cacheRead, price.cacheRead) +
    costOf(input.cacheWrite, price.cacheWrite) +
    costOf(output.text, price.output) +
    costOf(output.reasoning, price.reasoning);
  if (input.audio) cost += costOf(input.audio, price.audioInput);
  if (input.image) cost += costOf(input.image, price.imageInput);
  if (output.audio) cost += costOf(output.audio, price.audioOutput);
  if (output.image) cost += costOf(output.image, price.imageOutput);
  if (usage.images && price.image !== undefined) {
    cost += costOf(usage.images, price.image(facts.size ?? '', facts.quality ?? ''));
  }
  if (usage.seconds && price.second !== undefined) cost += costOf(usage.seconds, price.second);
  if (usage.characters && price.character !== undefined) {
    cost += costOf(usage.characters, price.character);
  }
  if (price.request !== 0n && (facts.isAnswered === true || isUsed(usage))) cost += price.request;
  if (cost === 0n) return isUsed(usage) && !isFree(price) ? 1 : 0;
  return toQuota(cost, groupRatio);
}

/** count × rate; fractions (seconds of audio) by their decimal text. */
export function costOf(count: number, rate: Exact): Exact {
  if (!(count > 0) || rate === 0n) return 0n;
  if (Number.isSafeInteger(count)) return BigInt(count) * rate;
  return (toExact(count) * rate) / exactOne;
}

function isUsed({ input, output, images, seconds, characters }: Usage): boolean {
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
    (characters ?? 0) > 0
  );
}

/** Only asked when a bill came to nothing, so it need not be quick. */
function isFree(price: ModelPrice): boolean {
  return (
    price.input === 0n &&
    price.output === 0n &&
    price.cacheRead === 0n &&
    price.cacheWrite === 0n &&
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
