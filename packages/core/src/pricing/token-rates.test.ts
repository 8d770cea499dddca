import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exactOne, exactToNumber, toExact } from './exact.ts';
import { affordableTokens, estimateQuota } from './estimate-quota.ts';
import { createPriceList, type PriceList } from './price-list.ts';
import { priceUsage } from './price-usage.ts';
import { makePrice } from '../testing/make-price.ts';
import { emptyUsage, type Usage } from '../usage/usage.ts';
import type { ModelPrice } from './model-price.ts';

const today = Date.UTC(2026, 10, 21);
const anthropic = 14;
const google = 24;

function listOf(options: Readonly<Record<string, unknown>> = {}): PriceList {
  const texts = Object.entries(options).map(([key, value]) => [key, JSON.stringify(value)]);
  return createPriceList({
    options: Object.fromEntries(texts) as Record<string, string>,
    clock: { now: () => today },
  });
}

function inputOf(input: Partial<Usage['input']>, text = 0): Usage {
  return {
    ...emptyUsage,
    input: { ...emptyUsage.input, ...input },
    output: { text, reasoning: 0 },
  };
}

function charge(model: string, channelType: number, usage: Usage, list = listOf()): number {
  return priceUsage(usage, list.priceFor(model, channelType)!, exactOne, {}, (other) =>
    list.priceFor(other, channelType),
  );
}

describe('what is kept in a cache for an hour', () => {
  const usage = inputOf({ cacheWrite: 1000, cacheWriteHour: 400 });

  it('costs its own price, and the rest the usual one', () => {
    // $3 a million: writes 3.75 and 6 → 600 × 1.875 + 400 × 3 units.
    expect(charge('claude-sonnet-4-5', anthropic, usage)).toBe(1125 + 1200);
  });

  it('costs twice the input where nobody says more than the price of writes', () => {
    const price = listOf({ ModelRatio: { mine: 1 }, CacheWriteRatio: { mine: 1.25 } });
    expect(charge('mine', anthropic, usage, price)).toBe(600 * 1.25 + 400 * 2);
  });

  it('costs what any token does where writes have no price', () => {
    expect(charge('mine', 1, usage, listOf({ ModelRatio: { mine: 1 } }))).toBe(1000);
  });

  it('follows what is set for it, and moves with what is set for writes', () => {
    const model = 'claude-sonnet-4-5';
    const hour = listOf({ CacheWriteHourRatio: { [model]: 3 } });
    expect(charge(model, anthropic, usage, hour)).toBe(600 * 1.875 + 400 * 4.5);
    const writes = listOf({ CacheWriteRatio: { [model]: 2.5 } });
    expect(charge(model, anthropic, usage, writes)).toBe(600 * 3.75 + 400 * 6);
  });

  it('is never more than what was written', () => {
    const price = makePrice({ cacheWrite: '1', cacheWriteHour: '10' });
    expect(priceUsage(inputOf({ cacheWrite: 5, cacheWriteHour: 50 }), price, exactOne)).toBe(50);
  });
});

describe('a long prompt', () => {
  const model = 'gemini-2.5-pro'; // $1.25, cached $0.125, out $10; above 200 000: $2.50, $0.25, $15

  it.each([
    ['is billed at the usual rates up to the border', { uncached: 200_000 }, 125_000 + 5000],
    ['is billed at the higher ones beyond it, as a whole', { uncached: 200_001 }, 250_002 + 7500],
    ['counts its cached tokens', { uncached: 1, cacheRead: 200_000 }, 25_002 + 7500],
  ])('%s', (_title, input, quota) => {
    expect(charge(model, google, inputOf(input, 1000))).toBe(quota);
  });

  it('keeps its proportion to a price that is set', () => {
    const list = listOf({ ModelRatio: { [model]: 1.25 } });
    const price = list.priceFor(model, google)!;
    const [tier] = price.longPrompts ?? [];
    expect([exactToNumber(price.input), exactToNumber(price.output)]).toEqual([1.25, 10]);
    expect([tier?.above, tier?.modelRatio, tier?.completionRatio]).toEqual([200_000, 2.5, 6]);
  });

  it('has no tiers where a price by request takes the place of tokens', () => {
    const price = listOf({ ModelPrice: { [model]: 0.01 } }).priceFor(model, google);
    expect(price?.longPrompts).toBeUndefined();
    expect(
      charge(
        model,
        google,
        inputOf({ uncached: 300_000 }),
        listOf({ ModelPrice: { [model]: 0.01 } }),
      ),
    ).toBe(5000);
  });

  it('is reserved by its length', () => {
    const price = listOf().priceFor(model, google)!;
    const estimate = { inputTokens: 300_000, outputTokens: 100 };
    expect(estimateQuota(estimate, price, exactOne)).toBe(375_000 + 750);
    expect(estimateQuota({ ...estimate, inputTokens: 200_000 }, price, exactOne)).toBe(125_500);
  });

  it('never costs more than a hard budget reserved for its bound', () => {
    const price: ModelPrice = {
      ...makePrice({ input: '3', output: '7' }),
      // Cheaper than the shorter ones: no rule says that it cannot be.
      longPrompts: [
        {
          above: 100,
          rates: makePrice({ input: '5', output: '9' }),
          modelRatio: 5,
          completionRatio: 1,
        },
        {
          above: 200,
          rates: makePrice({ input: '1', output: '2' }),
          modelRatio: 1,
          completionRatio: 2,
        },
      ],
    };
    const tokens = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (bound, prompt, output, more) => {
        const estimate = { inputTokens: Math.max(bound, prompt), outputTokens: output + more };
        const reserved = estimateQuota(estimate, price, exactOne, 'hard');
        const bill = priceUsage(inputOf({ uncached: prompt }, output), price, exactOne);
        expect(bill).toBeLessThanOrEqual(reserved);
        const paid = affordableTokens(reserved, estimate, price, exactOne);
        expect(paid).toBeGreaterThanOrEqual(estimate.outputTokens);
      }),
    );
  });
});

describe('what an upstream does on the way', () => {
  it('charges searches at the price of a thousand', () => {
    const usage = { ...inputOf({ uncached: 1000 }), webSearches: 3 };
    expect(charge('claude-sonnet-4-5', anthropic, usage)).toBe(1500 + 3 * 5000);
    const set = listOf({ WebSearchPrice: { 'claude-sonnet-4-5': 0.02 } });
    expect(charge('claude-sonnet-4-5', anthropic, usage, set)).toBe(1500 + 3 * 10_000);
  });

  it('charges no search with a model that is made free', () => {
    const usage = { ...inputOf({ uncached: 1000 }), webSearches: 3 };
    const free = listOf({ ModelRatio: { 'claude-sonnet-4-5': 0 } });
    expect(charge('claude-sonnet-4-5', anthropic, usage, free)).toBe(0);
  });

  it('charges other models at their own price, or at this one where they have none', () => {
    const advice = (model: string): Usage => ({
      ...inputOf({ uncached: 1000 }),
      otherModels: [{ model, usage: inputOf({ uncached: 100 }, 10) }],
    });
    // Sonnet $3 and $15, Opus $5 and $25.
    expect(charge('claude-sonnet-4-5', anthropic, advice('claude-opus-4-5'))).toBe(
      1500 + 250 + 125,
    );
    expect(charge('claude-sonnet-4-5', anthropic, advice('unheard-of'))).toBe(1500 + 150 + 75);
  });

  it('rounds all of it once', () => {
    const price = makePrice({ input: '0.3', webSearch: '0.3' });
    const usage = {
      ...inputOf({ uncached: 1 }),
      webSearches: 1,
      otherModels: [{ model: 'x', usage: inputOf({ uncached: 1 }) }],
    };
    expect(priceUsage(usage, price, exactOne)).toBe(1);
    expect(priceUsage(usage, price, toExact('4'))).toBe(4);
  });
});
