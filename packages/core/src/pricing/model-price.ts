/** Where a price came from, highest precedence first. `free-operation` never needs a price. */
export type PriceSource = 'option' | 'price-book' | 'one-api-table' | 'default-ratio';

/**
 * An exact decimal as a scaled integer: value × 10^18. Prices are decimals, and binary fractions would make
 * `ceil` charge one unit too many (3 × 0.1 is not 0.3).
 */
export type Exact = bigint;

/** Quota units for one unit of usage (token, picture, second, character, request), before the group's factor. */
export interface ModelPrice {
  source: PriceSource;
  input: Exact;
  cacheRead: Exact;
  cacheWrite: Exact;
  audioInput: Exact;
  imageInput: Exact;
  output: Exact;
  reasoning: Exact;
  audioOutput: Exact;
  imageOutput: Exact;
  /** Added once for each request. */
  request: Exact;
  /** For each picture, by size and quality where the table knows them; undefined: pictures are billed by tokens. */
  image: ((size: string, quality: string) => Exact) | undefined;
  /** For each second of audio; undefined: by tokens. */
  second: Exact | undefined;
  /** For each character spoken; undefined: by tokens. */
  character: Exact | undefined;
  /** One API's figures for log texts. */
  modelRatio: number;
  completionRatio: number;
  /** Tokens of input and output together, where the price book says; bounds hard estimates. */
  contextWindow?: number;
}
