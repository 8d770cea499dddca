import { multiplyExact, toExact } from './exact.ts';
import type { ShippedTokenRates } from './default-price.ts';
import type { Exact, LongPromptRates, ModelPrice, TokenRates } from './model-price.ts';

/** Proportions that an administrator set, see `PriceOverride`. */
export interface RateFactors {
  completionRatio?: Exact;
  cacheRatio?: Exact;
  cacheWriteRatio?: Exact;
  cacheWriteHourRatio?: Exact;
  audioRatio?: Exact;
  audioCompletionRatio?: Exact;
  reasoningRatio?: Exact;
}

/** What an hour's life of the cache costs against five minutes' where nobody says: twice the input against 1.25 times. */
const hourAgainstMinutes = toExact('1.6');

/**
 * Every rate of a token: what is set, else what is shipped, else what follows from another rate.
 *
 * @param guessedOutput where neither is said what output costs
 */
export function toTokenRates(
  base: ShippedTokenRates,
  set: RateFactors,
  guessedOutput: Exact,
): TokenRates {
  const { input } = base;
  const output = factor(input, set.completionRatio) ?? base.output ?? guessedOutput;
  const audioInput = factor(input, set.audioRatio) ?? base.audioInput ?? input;
  const cacheWrite = factor(input, set.cacheWriteRatio) ?? base.cacheWrite ?? input;
  return {
    input,
    output,
    cacheRead: factor(input, set.cacheRatio) ?? base.cacheRead ?? input,
    cacheWrite,
    cacheWriteHour:
      factor(input, set.cacheWriteHourRatio) ?? followWrites(cacheWrite, base, set.cacheWriteRatio),
    audioInput,
    imageInput: base.imageInput ?? input,
    reasoning:
      factor(output, set.reasoningRatio) ?? keepProportion(output, base.reasoning, base.output),
    audioOutput: factor(audioInput, set.audioCompletionRatio) ?? base.audioOutput ?? output,
    imageOutput: base.imageOutput ?? output,
  };
}

/** The rates that a prompt of this length is billed by, cached tokens included. */
export function ratesFor(price: ModelPrice, promptTokens: number): TokenRates {
  return findLongPrompt(price, promptTokens)?.rates ?? price;
}

/** Undefined for prompts that are billed at the usual rates. */
export function findLongPrompt(
  { longPrompts }: ModelPrice,
  promptTokens: number,
): LongPromptRates | undefined {
  return longPrompts?.findLast(({ above }) => promptTokens > above);
}

/** A model without a price of its own for writes has none for long ones either. */
function followWrites(
  cacheWrite: Exact,
  base: ShippedTokenRates,
  setRatio: Exact | undefined,
): Exact {
  if (base.cacheWriteHour !== undefined)
    return keepProportion(cacheWrite, base.cacheWriteHour, base.cacheWrite);
  const hasOwnPrice = base.cacheWrite !== undefined || setRatio !== undefined;
  return hasOwnPrice ? multiplyExact(cacheWrite, hourAgainstMinutes) : cacheWrite;
}

function factor(of: Exact, ratio: Exact | undefined): Exact | undefined {
  return ratio === undefined ? undefined : multiplyExact(of, ratio);
}

/** A rate that usually follows another one; one with its own price keeps its proportion to it. */
function keepProportion(leading: Exact, own: Exact | undefined, base: Exact | undefined): Exact {
  if (own === undefined) return leading;
  if (base === undefined || base === 0n || base === leading) return own;
  return (own * leading) / base;
}
