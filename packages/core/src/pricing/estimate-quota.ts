import { exactOne } from './exact.ts';
import { costOf, type RequestFacts } from './price-usage.ts';
import { toQuota } from './quota.ts';
import { ratesFor } from './token-rates.ts';
import type { Exact, ModelPrice, TokenRates } from './model-price.ts';

/** `soft`: what a request probably costs. `hard`: what it can cost at most (budgets that may not go below zero). */
export type EstimateMode = 'soft' | 'hard';

/** What a request may use, before it is sent. */
export interface UsageEstimate {
  inputTokens: number;
  outputTokens: number;
  images?: number;
  seconds?: number;
  characters?: number;
}

/**
 * What to reserve for a request, by the formula of `priceUsage`. In `hard` mode each token is taken at the dearest
 * rate of its side (cache writes, audio and reasoning included), so no split of the same tokens costs more.
 *
 * @returns quota units, a safe integer ≥ 0
 * @throws RangeError when the result is beyond safe integers
 */
export function estimateQuota(
  estimate: UsageEstimate,
  price: ModelPrice,
  groupRatio: Exact,
  mode: EstimateMode = 'soft',
  facts: RequestFacts = {},
): number {
  if (groupRatio === 0n) return 0;
  const cost =
    costBeforeOutput(estimate, price, mode, facts) +
    costOf(estimate.outputTokens, outputRate(price, estimate, mode));
  return toQuota(cost, groupRatio);
}

/**
 * How many output tokens a budget pays after the input: the largest count whose `estimateQuota` in the same mode is
 * within the budget. 0 when not even the input is paid; `Number.MAX_SAFE_INTEGER` where output is free.
 *
 * @param budget quota units that are left
 * @param estimate `outputTokens` is ignored
 */
export function affordableTokens(
  budget: number,
  estimate: UsageEstimate,
  price: ModelPrice,
  groupRatio: Exact,
  mode: EstimateMode = 'hard',
  facts: RequestFacts = {},
): number {
  if (groupRatio === 0n) return Number.MAX_SAFE_INTEGER;
  const budgetCost = BigInt(Math.max(0, Math.floor(budget))) * exactOne * exactOne;
  const left = budgetCost - costBeforeOutput(estimate, price, mode, facts) * groupRatio;
  if (left < 0n) return 0;
  const rate = outputRate(price, estimate, mode) * groupRatio;
  if (rate === 0n) return Number.MAX_SAFE_INTEGER;
  const tokens = left / rate;
  return tokens > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(tokens);
}

function costBeforeOutput(
  estimate: UsageEstimate,
  price: ModelPrice,
  mode: EstimateMode,
  facts: RequestFacts,
): Exact {
  let cost = price.request + costOf(estimate.inputTokens, inputRate(price, estimate, mode));
  if (estimate.images && price.image !== undefined) {
    cost += costOf(estimate.images, price.image(facts.size ?? '', facts.quality ?? ''));
  }
  if (estimate.seconds && price.second !== undefined) {
    cost += costOf(estimate.seconds, price.second);
  }
  if (estimate.characters && price.character !== undefined) {
    cost += costOf(estimate.characters, price.character);
  }
  return cost;
}

function inputRate(price: ModelPrice, estimate: UsageEstimate, mode: EstimateMode): Exact {
  if (mode === 'soft') return ratesFor(price, estimate.inputTokens).input;
  return dearestOf(price, estimate, (rates) =>
    dearest(
      rates.input,
      rates.cacheRead,
      rates.cacheWrite,
      rates.cacheWriteHour,
      rates.audioInput,
      rates.imageInput,
    ),
  );
}

function outputRate(price: ModelPrice, estimate: UsageEstimate, mode: EstimateMode): Exact {
  if (mode === 'soft') return ratesFor(price, estimate.inputTokens).output;
  return dearestOf(price, estimate, (rates) =>
    dearest(rates.output, rates.reasoning, rates.audioOutput, rates.imageOutput, 0n, 0n),
  );
}

/** A prompt may turn out shorter than its bound, and no tier needs to be dearer than the one before. */
function dearestOf(
  price: ModelPrice,
  { inputTokens }: UsageEstimate,
  rateOf: (rates: TokenRates) => Exact,
): Exact {
  let most = rateOf(price);
  for (const { above, rates } of price.longPrompts ?? []) {
    if (inputTokens <= above) break;
    const rate = rateOf(rates);
    if (rate > most) most = rate;
  }
  return most;
}

function dearest(a: Exact, b: Exact, c: Exact, d: Exact, e: Exact, f: Exact): Exact {
  let most = a;
  if (b > most) most = b;
  if (c > most) most = c;
  if (d > most) most = d;
  if (e > most) most = e;
  if (f > most) most = f;
  return most;
}
