import { toModelPrice } from './to-model-price.ts';
import type { ModelPrice } from './model-price.ts';

/** The price of what costs nothing as long as nobody sets a price for it: no policy for unpriced models applies. */
export const freePrice: ModelPrice = toModelPrice(
  { model: '', channelType: 0 },
  undefined,
  { ratio: 0n },
  'free',
);
