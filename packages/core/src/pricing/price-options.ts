/** Options that are tables of prices, as JSON text; each says what its numbers mean. */
export const priceOptionKeys = [
  'ModelRatio',
  'CompletionRatio',
  'CacheRatio',
  'CacheWriteRatio',
  'CacheWriteHourRatio',
  'AudioRatio',
  'AudioCompletionRatio',
  'ReasoningRatio',
  'ModelPrice',
  'ImagePrice',
  'SecondPrice',
  'CharacterPrice',
  'WebSearchPrice',
  'GroupRatio',
] as const;

export type PriceOptionKey = (typeof priceOptionKeys)[number];

/** Nothing costs more: a larger figure is a slip of the unit. */
export const largestPrice = 1_000_000;

export function isPriceOptionKey(key: string): key is PriceOptionKey {
  return (priceOptionKeys as readonly string[]).includes(key);
}

/** Only pictures have prices by size and quality. */
export function hasParts(key: PriceOptionKey): boolean {
  return key === 'ImagePrice';
}
