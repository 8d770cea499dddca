import { ceilDivide, exactOne, toExact } from './exact.ts';
import type { Exact } from './model-price.ts';

/**
 * Quota units that prices count to the dollar. Fixed: the option `QuotaPerUnit` changes how balances are shown, never
 * what a request costs.
 */
export const quotaPerUsd = 500_000n;

/** Quota units of an amount in USD. */
export function unitsOf(usd: number | string): Exact {
  return toExact(usd) * quotaPerUsd;
}

/** Quota units for one token or character of a price in USD for a million. */
export function unitsPerMillion(usd: number): Exact {
  return unitsOf(usd) / 1_000_000n;
}

const exactSquared = exactOne * exactOne;
const largest = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * The only place where money is rounded: cost × group factor, upward to whole quota units.
 *
 * @throws RangeError beyond safe integers
 */
export function toQuota(cost: Exact, groupRatio: Exact): number {
  const quota =
    groupRatio === exactOne
      ? ceilDivide(cost, exactOne)
      : ceilDivide(cost * groupRatio, exactSquared);
  if (quota > largest)
    throw new RangeError(`a charge of ${quota} quota units is beyond what can be billed`);
  return Number(quota);
}
