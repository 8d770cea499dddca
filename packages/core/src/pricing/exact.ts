import type { Exact } from './model-price.ts';

const digits = 18;

/** 1 as an {@link Exact}: every exact value is a multiple of 1 / exactOne. */
export const exactOne: Exact = 10n ** BigInt(digits);

const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * Reads decimal text, or a number by its shortest decimal text (0.1 is one tenth, not its binary neighbour).
 * Digits beyond the 18th after the point are cut off, never rounded up: a cut price followed by the one upward rounding
 * of the bill gives what the uncut price gives.
 *
 * @returns undefined for what is no finite decimal
 */
export function parseExact(value: string | number): Exact | undefined {
  const match = decimalPattern.exec(String(value).trim());
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const mantissa = BigInt(whole + fraction);
  const shift = Number(exponent) - fraction.length + digits;
  const size = shift >= 0 ? mantissa * 10n ** BigInt(shift) : mantissa / 10n ** BigInt(-shift);
  return sign === '-' ? -size : size;
}

/** As {@link parseExact}, for values that are known to be decimals. @throws RangeError otherwise */
export function toExact(value: string | number): Exact {
  const exact = parseExact(value);
  if (exact === undefined) throw new RangeError(`not a decimal: ${String(value)}`);
  return exact;
}

/** a × b, cut to 18 places. */
export function multiplyExact(a: Exact, b: Exact): Exact {
  return (a * b) / exactOne;
}

/** a ÷ b, cut to 18 places. @throws RangeError when b is zero */
export function divideExact(a: Exact, b: Exact): Exact {
  return (a * exactOne) / b;
}

/** Nearest number; what comes from a number's decimal text returns as the same number. */
export function exactToNumber(value: Exact): number {
  const size = value < 0n ? -value : value;
  const text = size.toString().padStart(digits + 1, '0');
  const number = Number(`${text.slice(0, -digits)}.${text.slice(-digits)}`);
  return value < 0n ? -number : number;
}

/** Smallest integer that is not below numerator ÷ denominator (numerator ≥ 0, denominator > 0). */
export function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}
