import { divideExact, exactToNumber, multiplyExact } from './exact.ts';
import { guessCompletionRatio } from './one-api-prices.ts';
import { createPicturePricing } from './picture-prices.ts';
import { toTokenRates, type RateFactors } from './token-rates.ts';
import type { DefaultPrice, PicturePrices, Rates, ShippedTokenRates } from './default-price.ts';
import type { Exact, LongPromptRates, ModelPrice, PriceSource, TokenRates } from './model-price.ts';

/** What an administrator set for one model; each part on its own. Factors are relative, the rest are quota units. */
export interface PriceOverride extends RateFactors {
  ratio?: Exact;
  request?: Exact;
  second?: Exact;
  character?: Exact;
  webSearch?: Exact;
  images?: PicturePrices;
}

/** Which model at which kind of channel, for the rules that go by name. */
export interface PricedModel {
  model: string;
  channelType: number;
}

/**
 * Turns a shipped price and what is set over it into the rates of the billing formula.
 *
 * - A set `ratio` moves every rate by the same factor, so cached, audio and reasoning tokens keep their proportions.
 * - A set factor (`completionRatio`, …) replaces one proportion.
 * - A price by request, picture, second or character takes the place of the token rates, unless a `ratio` is set too or
 *   the shipped price has that kind beside tokens.
 */
export function toModelPrice(
  { model, channelType }: PricedModel,
  shipped: DefaultPrice | undefined,
  override: PriceOverride,
  source: PriceSource,
): ModelPrice {
  const base = withKinds(moveRates(shipped, override.ratio), shipped, override);
  const guessOutput = (input: Exact): Exact =>
    shipped === undefined || isOnlyNew(shipped)
      ? multiplyExact(input, guessCompletionRatio(model, channelType))
      : input;
  const toRates = (rates: ShippedTokenRates): TokenRates =>
    toTokenRates(rates, override, guessOutput(rates.input));
  const rates = toRates(base);
  const longPrompts = moveLongPrompts(shipped, base, override).map(
    ({ above, rates: moved }): LongPromptRates => {
      const tier = toRates(moved);
      const modelRatio = exactToNumber(tier.input);
      return { above, rates: tier, modelRatio, completionRatio: completionRatioOf(tier) };
    },
  );
  return {
    source,
    ...rates,
    ...(longPrompts.length > 0 && { longPrompts }),
    request: base.request ?? 0n,
    image: base.images && createPicturePricing(base.images),
    second: base.second,
    character: base.character,
    webSearch: override.webSearch ?? base.webSearch ?? 0n,
    modelRatio: exactToNumber(override.ratio ?? shipped?.ratio ?? 0n),
    completionRatio: completionRatioOf(rates),
    ...(shipped?.contextWindow !== undefined && { contextWindow: shipped.contextWindow }),
  };
}

function completionRatioOf({ input, output }: TokenRates): number {
  return input === 0n ? 1 : exactToNumber(divideExact(output, input));
}

/** Longer prompts keep their proportion to what the input is set to; a price by another unit has none. */
function moveLongPrompts(
  shipped: DefaultPrice | undefined,
  base: Rates,
  { ratio }: PriceOverride,
): readonly { above: number; rates: ShippedTokenRates }[] {
  if (shipped?.longPrompts === undefined || base.input === 0n) return [];
  if (ratio === undefined || ratio === shipped.ratio || shipped.ratio === 0n)
    return shipped.longPrompts;
  return shipped.longPrompts.map(({ above, rates }) => ({
    above,
    rates: moveAll(rates, (rate) => (rate * ratio) / shipped.ratio),
  }));
}

/** A free model that was given a price has no proportions to keep. */
function isOnlyNew(shipped: DefaultPrice): boolean {
  return shipped.ratio === 0n;
}

function moveRates(shipped: DefaultPrice | undefined, ratio: Exact | undefined): Rates {
  if (shipped === undefined) return { input: ratio ?? 0n };
  const { rates } = shipped;
  if (ratio === undefined || ratio === shipped.ratio) return rates;
  if (shipped.ratio === 0n) {
    return rates.request === undefined
      ? { input: ratio }
      : { input: ratio, request: rates.request };
  }
  const move = (rate: Exact): Exact => (rate * ratio) / shipped.ratio;
  // Requests and searches have their own options, and no ratio means them.
  const { request, webSearch, images, ...moving } = rates;
  return {
    ...moveAll(moving, move),
    ...(request !== undefined && { request }),
    // A model that is made free is free.
    ...(webSearch !== undefined && ratio !== 0n && { webSearch }),
    ...(images !== undefined && { images: movePictures(images, move) }),
  };
}

function moveAll<Some extends ShippedTokenRates>(rates: Some, move: (rate: Exact) => Exact): Some {
  const moved = Object.entries(rates as unknown as Readonly<Record<string, Exact>>).map(
    ([kind, rate]) => [kind, move(rate)],
  );
  return Object.fromEntries(moved) as Some;
}

function movePictures(images: PicturePrices, move: (rate: Exact) => Exact): PicturePrices {
  return Object.fromEntries(Object.entries(images).map(([key, price]) => [key, move(price)]));
}

/** Puts the set prices by request, picture, second and character in. */
function withKinds(
  rates: Rates,
  shipped: DefaultPrice | undefined,
  override: PriceOverride,
): Rates {
  const { request, images, second, character } = override;
  const kinds = {
    ...(request !== undefined && { request }),
    ...(images !== undefined && { images }),
    ...(second !== undefined && { second }),
    ...(character !== undefined && { character }),
  };
  const added = Object.keys(kinds) as (keyof typeof kinds)[];
  if (added.length === 0) return rates;
  const isInstead =
    override.ratio === undefined && added.every((kind) => shipped?.rates[kind] === undefined);
  return isInstead ? { input: 0n, output: 0n, ...kinds } : { ...rates, ...kinds };
}
