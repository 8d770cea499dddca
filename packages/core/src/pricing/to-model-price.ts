import { divideExact, exactToNumber, multiplyExact } from './exact.ts';
import { guessCompletionRatio } from './one-api-prices.ts';
import { createPicturePricing } from './picture-prices.ts';
import type { DefaultPrice, PicturePrices, Rates } from './default-price.ts';
import type { Exact, ModelPrice, PriceSource } from './model-price.ts';

/** What an administrator set for one model; each part on its own. Factors are relative, the rest are quota units. */
export interface PriceOverride {
  ratio?: Exact;
  completionRatio?: Exact;
  cacheRatio?: Exact;
  cacheWriteRatio?: Exact;
  audioRatio?: Exact;
  audioCompletionRatio?: Exact;
  reasoningRatio?: Exact;
  request?: Exact;
  second?: Exact;
  character?: Exact;
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
  const input = base.input;
  const output =
    factor(input, override.completionRatio) ??
    base.output ??
    (shipped === undefined || isOnlyNew(shipped)
      ? multiplyExact(input, guessCompletionRatio(model, channelType))
      : input);
  const audioInput = factor(input, override.audioRatio) ?? base.audioInput ?? input;
  const reasoning =
    factor(output, override.reasoningRatio) ?? keepProportion(output, base.reasoning, base.output);
  return {
    source,
    input,
    output,
    cacheRead: factor(input, override.cacheRatio) ?? base.cacheRead ?? input,
    cacheWrite: factor(input, override.cacheWriteRatio) ?? base.cacheWrite ?? input,
    audioInput,
    imageInput: base.imageInput ?? input,
    reasoning,
    audioOutput: factor(audioInput, override.audioCompletionRatio) ?? base.audioOutput ?? output,
    imageOutput: base.imageOutput ?? output,
    request: base.request ?? 0n,
    image: base.images && createPicturePricing(base.images),
    second: base.second,
    character: base.character,
    modelRatio: exactToNumber(override.ratio ?? shipped?.ratio ?? 0n),
    completionRatio: input === 0n ? 1 : exactToNumber(divideExact(output, input)),
    ...(shipped?.contextWindow !== undefined && { contextWindow: shipped.contextWindow }),
  };
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
  const { request, images, ...moving } = rates;
  const moved = Object.fromEntries(
    Object.entries(moving).map(([kind, rate]) => [kind, move(rate)]),
  ) as Omit<Rates, 'request' | 'images'>;
  return {
    ...moved,
    ...(request !== undefined && { request }), // it has its own option, and no ratio means it
    ...(images !== undefined && { images: movePictures(images, move) }),
  };
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

function factor(of: Exact, ratio: Exact | undefined): Exact | undefined {
  return ratio === undefined ? undefined : multiplyExact(of, ratio);
}

/** A rate that is usually the output rate follows it; one with its own price keeps its proportion to it. */
function keepProportion(output: Exact, own: Exact | undefined, base: Exact | undefined): Exact {
  if (own === undefined) return output;
  if (base === undefined || base === 0n || base === output) return own;
  return (own * output) / base;
}
