import type { Cell, MoveColumn } from './move-column.ts';

/** A value as the source's driver gives it, integers as `bigint`. */
export type SourceValue = bigint | number | string | Uint8Array | null;

/** A value for the target, or why it cannot hold it. */
export type Conversion = { cell: Cell; problem?: undefined } | { problem: string };

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;
const MAX_UNSIGNED = 2n ** 64n - 1n;

/**
 * A value of the source as the target's column holds it. SQLite lets any value into any column; nothing is cut off or
 * rounded here: what does not fit is a problem that a person solves.
 */
export function convertValue(value: SourceValue, column: MoveColumn): Conversion {
  if (value === null)
    return column.isNullable ? { cell: null } : { problem: 'has no value (NULL)' };
  if (value instanceof Uint8Array) return { problem: 'holds binary data' };
  switch (column.kind) {
    case 'integer':
      return toInteger(value, MIN_INTEGER, MAX_INTEGER);
    case 'unsigned':
      return toInteger(value, 0n, MAX_UNSIGNED);
    case 'boolean':
      return toBoolean(value);
    case 'float':
      return toFloat(value);
    case 'text':
      return toText(typeof value === 'string' ? value : String(value), column);
  }
}

function toInteger(value: bigint | number | string, min: bigint, max: bigint): Conversion {
  if (typeof value === 'string') return { problem: 'holds text where an integer belongs' };
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    return { problem: 'holds a number that is no integer' };
  const integer = BigInt(value);
  if (integer < min || integer > max)
    return { problem: `holds an integer outside ${String(min)} to ${String(max)}` };
  return { cell: String(integer) };
}

function toBoolean(value: bigint | number | string): Conversion {
  if (value === 1n || value === 1 || value === 'true') return { cell: true };
  if (value === 0n || value === 0 || value === 'false') return { cell: false };
  return { problem: 'holds neither true nor false' };
}

function toFloat(value: bigint | number | string): Conversion {
  const number = typeof value === 'string' ? NaN : Number(value);
  if (!Number.isFinite(number)) return { problem: 'holds something that is no finite number' };
  return { cell: number === 0 ? 0 : number }; // no minus zero
}

function toText(text: string, column: MoveColumn): Conversion {
  const { maxCharacters, maxBytes } = column;
  if (!column.takesNul && text.includes('\0'))
    return { problem: 'holds a NUL character, which this database cannot store' };
  if (column.isAscii && !/^[\0-\x7f]*$/.test(text))
    return { problem: 'holds characters that are not ASCII' };
  const kept = column.isPadded ? text.replace(/ +$/, '') : text;
  if (maxCharacters !== undefined && kept.length > maxCharacters) {
    const count = Array.from(kept).length; // characters, not UTF-16 units
    if (count > maxCharacters)
      return { problem: `is ${String(count)} characters long; ${String(maxCharacters)} fit` };
  }
  if (maxBytes !== undefined && kept.length * 3 > maxBytes) {
    const bytes = Buffer.byteLength(kept);
    if (bytes > maxBytes)
      return { problem: `is ${String(bytes)} bytes long; ${String(maxBytes)} fit` };
  }
  return { cell: kept };
}
