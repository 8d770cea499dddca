import { describe, expect, it } from '@jest/globals';
import { createPicturePricing } from './picture-prices.ts';

describe('createPicturePricing', () => {
  const dallE = createPicturePricing({
    '1024x1024': 40n,
    '1024x1792': 80n,
    '1024x1024/hd': 80n,
    '1024x1792/hd': 120n,
  });
  const flat = createPicturePricing({ '*': 7n, '512x512': 5n });

  it.each([
    ['1024x1024', '', 40n],
    ['1024x1024', 'standard', 40n],
    ['1024X1024', 'HD', 80n],
    ['1024x1792', 'hd', 120n],
    ['', '', 40n],
    ['auto', 'auto', 40n],
    ['', 'hd', 80n],
    ['99x99', '', 120n],
    ['constructor', '', 120n],
  ])('prices %p in quality %p, unknown ones as the dearest', (size, quality, price) => {
    expect(dallE(size, quality)).toBe(price);
  });

  it.each([
    ['', 7n],
    ['512x512', 5n],
    ['99x99', 7n],
  ])('prices %p from a table with a rest', (size, price) => {
    expect(flat(size, '')).toBe(price);
  });
});
