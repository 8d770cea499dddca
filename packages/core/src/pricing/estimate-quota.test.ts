import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exactOne, toExact } from './exact.ts';
import { affordableTokens, estimateQuota } from './estimate-quota.ts';
import { priceUsage } from './price-usage.ts';
import { makePrice } from '../testing/make-price.ts';

const price = makePrice({
  input: '1.25',
  cacheRead: '0.6',
  cacheWrite: '1.5',
  output: '5',
  reasoning: '5',
  audioOutput: '40',
});

describe('estimateQuota', () => {
  it('is what the bill would be if the estimate came true', () => {
    const estimate = { inputTokens: 1000, outputTokens: 100 };
    expect(estimateQuota(estimate, price, exactOne)).toBe(1750);
    expect(estimateQuota(estimate, price, toExact('0.5'))).toBe(875);
  });

  it('takes the dearest rate of each side for a hard budget', () => {
    const estimate = { inputTokens: 1000, outputTokens: 100 };
    expect(estimateQuota(estimate, price, exactOne, 'hard')).toBe(1500 + 4000);
  });

  it('counts the request, pictures, seconds and characters', () => {
    const media = makePrice({
      request: '10',
      image: (size) => toExact(size === 'big' ? '80' : '40'),
      second: '50',
      character: '7.5',
    });
    const estimate = { inputTokens: 0, outputTokens: 0, images: 2, seconds: 3, characters: 4 };
    expect(estimateQuota(estimate, media, exactOne)).toBe(10 + 80 + 150 + 30);
    expect(estimateQuota(estimate, media, exactOne, 'soft', { size: 'big' })).toBe(
      10 + 160 + 150 + 30,
    );
  });

  it('is 0 for a free group', () => {
    expect(estimateQuota({ inputTokens: 9, outputTokens: 9 }, price, 0n, 'hard')).toBe(0);
  });

  it('for a hard budget is never below the bill of the same tokens, however they are split', () => {
    const tokens = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(
        tokens,
        tokens,
        tokens,
        tokens,
        tokens,
        (uncached, cacheRead, cacheWrite, text, audio) => {
          const usage = {
            input: { uncached, cacheRead, cacheWrite },
            output: { text, reasoning: 0, audio },
            source: 'reported' as const,
          };
          const estimate = {
            inputTokens: uncached + cacheRead + cacheWrite,
            outputTokens: text + audio,
          };
          expect(estimateQuota(estimate, price, exactOne, 'hard')).toBeGreaterThanOrEqual(
            priceUsage(usage, price, exactOne),
          );
        },
      ),
    );
  });
});

describe('affordableTokens', () => {
  const input = { inputTokens: 1000, outputTokens: 0 };

  it.each([
    [0, 0],
    [1249, 0],
    [1250, 0],
    [1254, 0],
    [1255, 1],
    [1750, 100],
    [-5, 0],
  ])('a budget of %p pays %p tokens after the input', (budget, tokens) => {
    expect(affordableTokens(budget, input, price, exactOne, 'soft')).toBe(tokens);
  });

  it('has no limit where output is free', () => {
    const free = makePrice({ input: '1' });
    expect(affordableTokens(1000, input, free, exactOne)).toBe(Number.MAX_SAFE_INTEGER);
    expect(affordableTokens(999, input, free, exactOne)).toBe(0);
    expect(affordableTokens(0, input, price, 0n)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('is the largest count whose estimate is within the budget', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom('soft' as const, 'hard' as const),
        (budget, inputTokens, group, mode) => {
          const ratio = toExact(`${group}e-3`);
          const cost = (outputTokens: number): number =>
            estimateQuota({ inputTokens, outputTokens }, price, ratio, mode);
          const tokens = affordableTokens(
            budget,
            { inputTokens, outputTokens: 0 },
            price,
            ratio,
            mode,
          );
          if (tokens > 0) expect(cost(tokens)).toBeLessThanOrEqual(budget);
          expect(cost(tokens + 1)).toBeGreaterThan(budget);
        },
      ),
    );
  });
});
