import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ceilDivide,
  divideExact,
  exactOne,
  exactToNumber,
  multiplyExact,
  parseExact,
  toExact,
} from './exact.ts';

describe('parseExact', () => {
  it.each([
    ['0', 0n],
    ['1', exactOne],
    ['+2.5', (exactOne * 5n) / 2n],
    ['.5', exactOne / 2n],
    ['5.', exactOne * 5n],
    ['-0.25', -exactOne / 4n],
    ['1e-6', exactOne / 1_000_000n],
    ['2.5E3', exactOne * 2500n],
    [' 7 ', exactOne * 7n],
    [0.1, exactOne / 10n],
    [5e-7, exactOne / 2_000_000n],
    [1e21, exactOne * 10n ** 21n],
  ])('reads %p as a decimal', (value, exact) => {
    expect(parseExact(value)).toBe(exact);
  });

  it.each([
    '',
    ' ',
    '.',
    '-',
    'abc',
    '1e',
    '1.2.3',
    '0x10',
    '1,5',
    'NaN',
    Infinity,
    NaN,
    '1e99999',
  ])('refuses %p', (value) => {
    expect(parseExact(value)).toBeUndefined();
  });

  it('cuts the 19th digit off, never up', () => {
    expect(parseExact('0.9999999999999999999')).toBe(exactOne - 1n);
  });

  it('gives every price back as the number it was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e12 }),
        fc.integer({ min: 0, max: 9 }),
        (units, places) => {
          const value = Number(`${units}e-${places}`);
          expect(exactToNumber(toExact(value))).toBe(value);
          expect(exactToNumber(-toExact(value))).toBe(0 - value);
        },
      ),
    );
  });
});

describe('exact arithmetic', () => {
  it('has no binary dust: 3 × 0.1 is 0.3', () => {
    expect(toExact('0.1') * 3n).toBe(toExact('0.3'));
    expect(multiplyExact(toExact(0.1), toExact(3))).toBe(toExact(0.3));
  });

  it('divides back what it multiplied', () => {
    expect(divideExact(toExact('10'), toExact('2.5'))).toBe(toExact('4'));
  });

  it.each([
    [0n, 3n, 0n],
    [1n, 3n, 1n],
    [3n, 3n, 1n],
    [4n, 3n, 2n],
  ])('rounds %p ÷ %p up to %p', (numerator, denominator, result) => {
    expect(ceilDivide(numerator, denominator)).toBe(result);
  });

  it('throws for what is no decimal', () => {
    expect(() => toExact('free')).toThrow(RangeError);
  });
});
