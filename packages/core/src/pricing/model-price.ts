/** Where a price came from, highest precedence first. `free`: of what costs nothing unless somebody sets a price. */
export type PriceSource = 'option' | 'price-book' | 'one-api-table' | 'default-ratio' | 'free';

/**
 * An exact decimal as a scaled integer: value × 10^18. Prices are decimals, and binary fractions would make
 * `ceil` charge one unit too many (3 × 0.1 is not 0.3).
 */
export type Exact = bigint;

/** Quota units for a token of each kind, before the group's factor. */
export interface TokenRates {
  input: Exact;
  cacheRead: Exact;
  /** Written to a cache for minutes. */
  cacheWrite: Exact;
  /** Written to a cache for an hour. */
  cacheWriteHour: Exact;
  audioInput: Exact;
  imageInput: Exact;
  output: Exact;
  reasoning: Exact;
  audioOutput: Exact;
  imageOutput: Exact;
}

/** Rates of a request whose whole prompt, cached tokens included, is longer than so many tokens. */
export interface LongPromptRates {
  above: number;
  rates: TokenRates;
  /** One API's figures for log texts, as they are above this length. */
  modelRatio: number;
  completionRatio: number;
}

/** Quota units for one unit of usage (token, picture, second, character, search, request), before the group's factor. */
export interface ModelPrice extends TokenRates {
  source: PriceSource;
  /** Longer prompts cost more with some models; the shortest first. */
  longPrompts?: readonly LongPromptRates[];
  /** Added once for each request. */
  request: Exact;
  /** For each picture, by size and quality where the table knows them; undefined: pictures are billed by tokens. */
  image: ((size: string, quality: string) => Exact) | undefined;
  /** For each second of audio; undefined: by tokens. */
  second: Exact | undefined;
  /** For each character spoken; undefined: by tokens. */
  character: Exact | undefined;
  /** For each search of the web. */
  webSearch: Exact;
  /** One API's figures for log texts. */
  modelRatio: number;
  completionRatio: number;
  /** Tokens of input and output together, where the price book says; bounds hard estimates. */
  contextWindow?: number;
}
