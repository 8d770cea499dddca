import { exactOne } from './exact.ts';
import { costOf, type RequestFacts } from './price-usage.ts';
import { toQuota } from './quota.ts';
import type { Exact, ModelPrice } from './model-price.ts';

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
    costOf(estimate.outputTokens, outputRate(price, mode));
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
  const rate = outputRate(price, mode) * groupRatio;
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
  let cost = price.request + costOf(estimate.inputTokens, inputRate(price, mode));
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

function inputRate(price: ModelPrice, mode: EstimateMode): Exact {
  if (mode === 'soft') return price.input;
  return dearest(
    price.input,
    price.cacheRead,
    price.cacheWrite,
    price.audioInput,
    price.imageInput,
  );
}

function outputRate(price: ModelPrice, mode: EstimateMode): Exact {
  if (mode === 'soft') return price.output;
  return dearest(price.output, price.reasoning, price.audioOutput, price.imageOutput, 0n);
}

function dearest(a: Exact, b: Exact, c: Exact, d: Exact, e: Exact): Exact {
  let most = a;
  if (b > most) most = b;
  if (c > most) most = c;
  if (d > most) most = d;
  if (e > most) most = e;
  return most;
}
