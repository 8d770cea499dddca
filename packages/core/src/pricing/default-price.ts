import type { Exact } from './model-price.ts';

/** Where a shipped price comes from. */
export type DefaultSource = 'price-book' | 'one-api-table';

/**
 * Price of a picture by `size/quality`, `size`, or the rest `*`: the most exact entry that fits is taken, and the dearest where
 * none fits. Quota units.
 */
export type PicturePrices = Readonly<Record<string, Exact>>;

/** Quota units for one unit of usage. What is left out follows from another rate, see `toModelPrice`. */
export interface Rates {
  input: Exact;
  output?: Exact;
  cacheRead?: Exact;
  cacheWrite?: Exact;
  audioInput?: Exact;
  imageInput?: Exact;
  reasoning?: Exact;
  audioOutput?: Exact;
  imageOutput?: Exact;
  request?: Exact;
  second?: Exact;
  character?: Exact;
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
  /** Tokens of input and output together. */
  contextWindow?: number;
}
