import type { PicturePrices } from './default-price.ts';
import type { Exact } from './model-price.ts';

/** Size of a picture when the client names none, at every vendor that prices by size. */
const usualSize = '1024x1024';

/**
 * Makes the look-up of a picture's price: `size/quality`, then `size`, then `*`. What the table does not name costs what
 * the dearest entry costs, so an unknown size is never a discount.
 */
export function createPicturePricing(
  prices: PicturePrices,
): (size: string, quality: string) => Exact {
  const table = new Map(Object.entries(prices));
  const rest = table.get('*') ?? dearestOf(table.values());
  return (size, quality) => {
    const named = isNamed(size) ? size.toLowerCase() : usualSize;
    return (
      (isNamed(quality) ? table.get(`${named}/${quality.toLowerCase()}`) : undefined) ??
      table.get(named) ??
      rest
    );
  };
}

function isNamed(word: string): boolean {
  return word !== '' && word !== 'auto';
}

function dearestOf(prices: Iterable<Exact>): Exact {
  let most = 0n;
  for (const price of prices) if (price > most) most = price;
  return most;
}
