import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exactOne, toExact } from './exact.ts';
import { makePrice } from '../testing/make-price.ts';
import { priceUsage } from './price-usage.ts';
import { emptyUsage, type Usage } from '../usage/usage.ts';

function usageOf(parts: {
  input?: Partial<Usage['input']>;
  output?: Partial<Usage['output']>;
  images?: number;
  seconds?: number;
  characters?: number;
}): Usage {
  return {
    ...emptyUsage,
    ...parts,
    input: { ...emptyUsage.input, ...parts.input },
    output: { ...emptyUsage.output, ...parts.output },
  };
}

const tokenPrice = makePrice({ input: '1.25', output: '5', cacheRead: '0.625', reasoning: '5' });

describe('priceUsage', () => {
  it.each([
    ['input and output', usageOf({ input: { uncached: 1000 }, output: { text: 100 } }), 1750],
    ['cached input at its own rate', usageOf({ input: { uncached: 10, cacheRead: 1000 } }), 638],
    ['reasoning', usageOf({ output: { reasoning: 7 } }), 35],
    ['one rounding for all, upward', usageOf({ input: { uncached: 1, cacheRead: 1 } }), 2],
    ['a fraction of a unit', usageOf({ input: { cacheRead: 1 } }), 1],
    ['nothing', usageOf({}), 0],
    ['negative counts as nothing', usageOf({ input: { uncached: -5 } }), 0],
    ['no number as nothing', usageOf({ input: { uncached: NaN } }), 0],
  ])('charges %s', (_, usage, quota) => {
    expect(priceUsage(usage, tokenPrice, exactOne)).toBe(quota);
  });

  it('charges each kind of token at its own rate', () => {
    const price = makePrice({
      input: '1',
      cacheRead: '10',
      cacheWrite: '100',
      audioInput: '1000',
      imageInput: '10000',
      output: '2',
      reasoning: '20',
      audioOutput: '200',
      imageOutput: '2000',
    });
    const usage = usageOf({
      input: { uncached: 1, cacheRead: 1, cacheWrite: 1, audio: 1, image: 1 },
      output: { text: 1, reasoning: 1, audio: 1, image: 1 },
    });
    expect(priceUsage(usage, price, exactOne)).toBe(11_111 + 2222);
  });

  it('does not charge a unit for binary dust', () => {
    const price = makePrice({ input: '0.1' });
    expect(priceUsage(usageOf({ input: { uncached: 30 } }), price, exactOne)).toBe(3);
    expect(priceUsage(usageOf({ input: { uncached: 10 } }), price, toExact('1.1'))).toBe(2);
    expect(priceUsage(usageOf({ input: { uncached: 100 } }), price, toExact('1.1'))).toBe(11);
  });

  it('multiplies with the group before it rounds', () => {
    const usage = usageOf({ input: { uncached: 3 } });
    expect(priceUsage(usage, makePrice({ input: '0.5' }), toExact('0.5'))).toBe(1);
    expect(priceUsage(usage, makePrice({ input: '0.5' }), toExact('2'))).toBe(3);
  });

  it('is free for a free group, and for a free model', () => {
    const usage = usageOf({ input: { uncached: 1000 }, output: { text: 1 } });
    expect(priceUsage(usage, tokenPrice, 0n)).toBe(0);
    expect(priceUsage(usage, makePrice({}), exactOne)).toBe(0);
  });

  it('charges at least 1 for any use of a model that is not free', () => {
    const price = makePrice({ input: '1', output: '0' });
    expect(priceUsage(usageOf({ output: { text: 5 } }), price, exactOne)).toBe(1);
    const byPicture = makePrice({ image: () => toExact('20000') });
    expect(priceUsage(usageOf({ output: { text: 5 } }), byPicture, exactOne)).toBe(1);
  });

  it('charges pictures by size and quality', () => {
    const price = makePrice({
      image: (size, quality) => toExact(size === 'big' && quality === 'hd' ? '120' : '40'),
    });
    const usage = usageOf({ images: 2 });
    expect(priceUsage(usage, price, exactOne)).toBe(80);
    expect(priceUsage(usage, price, exactOne, { size: 'big', quality: 'hd' })).toBe(240);
  });

  it('charges seconds, fractions of them too, and characters', () => {
    expect(priceUsage(usageOf({ seconds: 1.5 }), makePrice({ second: '50' }), exactOne)).toBe(75);
    expect(priceUsage(usageOf({ seconds: 0.001 }), makePrice({ second: '50' }), exactOne)).toBe(1);
    expect(priceUsage(usageOf({ characters: 3 }), makePrice({ character: '7.5' }), exactOne)).toBe(
      23,
    );
  });

  it('adds the price of the request once, and only for a request that was served', () => {
    const price = makePrice({ input: '1', request: '7000' });
    expect(priceUsage(usageOf({ input: { uncached: 5 } }), price, exactOne)).toBe(7005);
    expect(priceUsage(emptyUsage, price, exactOne)).toBe(0);
    expect(priceUsage(emptyUsage, price, exactOne, { isAnswered: true })).toBe(7000);
  });

  it('refuses a charge beyond safe integers instead of rounding it', () => {
    const price = makePrice({ input: '1000000' });
    const most = usageOf({ input: { uncached: Number.MAX_SAFE_INTEGER } });
    expect(() => priceUsage(most, price, exactOne)).toThrow(RangeError);
    expect(() => priceUsage(usageOf({ input: { uncached: Infinity } }), price, exactOne)).toThrow(
      RangeError,
    );
  });
});

const count = fc.integer({ min: 0, max: 5_000_000 });
/** Numerator of a price in millionths: what a price table holds. */
const millionths = fc.integer({ min: 0, max: 200_000_000 });

const anyUsage = fc.record({
  uncached: count,
  cacheRead: count,
  cacheWrite: count,
  text: count,
  reasoning: count,
});
const anyRates = fc.record({
  input: millionths,
  cacheRead: millionths,
  cacheWrite: millionths,
  output: millionths,
  reasoning: millionths,
});

type Counts = Record<'uncached' | 'cacheRead' | 'cacheWrite' | 'text' | 'reasoning', number>;
type Millionths = Record<'input' | 'cacheRead' | 'cacheWrite' | 'output' | 'reasoning', number>;

function charge(counts: Counts, rates: Millionths, group: number): number {
  const { uncached, cacheRead, cacheWrite, text, reasoning } = counts;
  const price = makePrice(
    Object.fromEntries(Object.entries(rates).map(([key, rate]) => [key, `${rate}e-6`])),
  );
  const usage = usageOf({
    input: { uncached, cacheRead, cacheWrite },
    output: { text, reasoning },
  });
  return priceUsage(usage, price, toExact(`${group}e-6`));
}

/** The formula in whole numbers of 10⁻¹², written down a second time. */
function chargeByFractions(counts: Counts, rates: Millionths, group: number): number {
  const cost =
    BigInt(counts.uncached) * BigInt(rates.input) +
    BigInt(counts.cacheRead) * BigInt(rates.cacheRead) +
    BigInt(counts.cacheWrite) * BigInt(rates.cacheWrite) +
    BigInt(counts.text) * BigInt(rates.output) +
    BigInt(counts.reasoning) * BigInt(rates.reasoning);
  const scaled = cost * BigInt(group);
  const quota = scaled / 10n ** 12n + (scaled % 10n ** 12n === 0n ? 0n : 1n);
  const isUsed = Object.values(counts).some((value) => value > 0);
  const isFree = group === 0 || Object.values(rates).every((rate) => rate === 0);
  return quota === 0n && isUsed && !isFree ? 1 : Number(quota);
}

describe('priceUsage, for all usages and prices', () => {
  it('equals the formula in fractions', () => {
    fc.assert(
      fc.property(
        anyUsage,
        anyRates,
        fc.integer({ min: 0, max: 10_000_000 }),
        (usage, rates, group) => {
          expect(charge(usage, rates, group)).toBe(chargeByFractions(usage, rates, group));
        },
      ),
    );
  });

  it('is a whole number that is never negative, and more usage never costs less', () => {
    fc.assert(
      fc.property(
        anyUsage,
        anyRates,
        fc.constantFrom('uncached', 'cacheRead', 'cacheWrite', 'text', 'reasoning'),
        count,
        (usage, rates, bucket, more) => {
          const less = charge(usage, rates, 1_000_000);
          const grown = { ...usage, [bucket]: usage[bucket] + more };
          expect(Number.isSafeInteger(less) && less >= 0).toBe(true);
          expect(charge(grown, rates, 1_000_000)).toBeGreaterThanOrEqual(less);
        },
      ),
    );
  });
});
