import type { Exact } from './model-price.ts';

/** Where a shipped price comes from. */
export type DefaultSource = 'price-book' | 'one-api-table';

/**
 * Price of a picture by `size/quality`, `size`, or the rest `*`: the most exact entry that fits is taken, and the dearest where
 * none fits. Quota units.
 */
export type PicturePrices = Readonly<Record<string, Exact>>;

/** Quota units for a token. What is left out follows from another rate, see `toModelPrice`. */
export interface ShippedTokenRates {
  input: Exact;
  output?: Exact;
  cacheRead?: Exact;
  cacheWrite?: Exact;
  cacheWriteHour?: Exact;
  audioInput?: Exact;
  imageInput?: Exact;
  reasoning?: Exact;
  audioOutput?: Exact;
  imageOutput?: Exact;
}

/** Quota units for one unit of usage. */
export interface Rates extends ShippedTokenRates {
  request?: Exact;
  second?: Exact;
  character?: Exact;
  webSearch?: Exact;
  images?: PicturePrices;
}

/** A shipped price, before options. */
export interface DefaultPrice {
  source: DefaultSource;
  /**
   * The one figure that One API's clients see and set (`ModelRatio`): quota units for an input token, for a character,
   * for 0.3 seconds (a minute counts as 200 tokens), or for a thousandth of the cheapest picture.
   */
  ratio: Exact;
  rates: Rates;
  /** For prompts above so many tokens, the shortest first. */
  longPrompts?: readonly { above: number; rates: ShippedTokenRates }[];
  /** Tokens of input and output together. */
  contextWindow?: number;
}
