import type { ColumnDefinition } from '../../schema/table-definition.ts';
import type { ImportValue } from './import-types.ts';

/** Where the rows go: the databases hold different lengths of text. */
export type TargetKind = 'sqlite' | 'postgres' | 'mysql';

export type ReadValue = { value: ImportValue; problem?: undefined } | { problem: string };

/** Length of One API's indexed text columns on MySQL, and of its longer ones. */
const STRING_LENGTH = 191;
const TEXT_BYTES = 65_535;

/**
 * A value of the source as a column of ours holds it. What another program left empty stays empty; a NUL character,
 * which PostgreSQL cannot store, is taken out of a text. Nothing is cut off.
 */
export function readValue(
  value: unknown,
  { type, notNull }: ColumnDefinition,
  target: TargetKind,
): ReadValue {
  if (value == null) return { value: notNull === true ? '' : null };
  if (type === 'boolean') return readBoolean(value);
  if (type === 'float') return readFloat(value);
  if (type === 'id' || type === 'integer' || type === 'unsigned')
    return readInteger(value, type === 'unsigned');
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint')
    return { problem: 'holds something that is no text' };
  const clean = String(value).replaceAll('\0', '');
  const text = typeof type === 'object' && 'char' in type ? clean.trimEnd() : clean;
  const problem = findLengthProblem(text, type, target);
  return problem === undefined ? { value: text } : { problem };
}

function readInteger(value: unknown, isUnsigned: boolean): ReadValue {
  const number = typeof value === 'boolean' ? Number(value) : toNumber(value);
  if (!Number.isInteger(number)) return { problem: 'holds no whole number' };
  if (!Number.isSafeInteger(number)) return { problem: 'holds a number that is too large' };
  if (isUnsigned && number < 0) return { problem: 'holds a number below 0' };
  return { value: number };
}

function readFloat(value: unknown): ReadValue {
  const number = toNumber(value);
  return Number.isFinite(number) ? { value: number } : { problem: 'holds no number' };
}

function readBoolean(value: unknown): ReadValue {
  if (value === true || value === 1 || value === 1n || value === 'true') return { value: true };
  if (value === false || value === 0 || value === 0n || value === 'false') return { value: false };
  return { problem: 'holds neither true nor false' };
}

/** Drivers give integers that are too large for them as text. */
function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
}

function findLengthProblem(
  text: string,
  type: ColumnDefinition['type'],
  target: TargetKind,
): string | undefined {
  const length = target === 'sqlite' ? undefined : lengthOf(type, target);
  if (length !== undefined && text.length > length) {
    const characters = Array.from(text).length; // not UTF-16 units
    if (characters > length)
      return `is ${String(characters)} characters long; ${String(length)} fit`;
  }
  if (target === 'mysql' && type === 'text' && Buffer.byteLength(text) > TEXT_BYTES)
    return `is ${String(Buffer.byteLength(text))} bytes long; ${String(TEXT_BYTES)} fit`;
  return undefined;
}

/** In characters; undefined: any. */
function lengthOf(
  type: ColumnDefinition['type'],
  target: 'postgres' | 'mysql',
): number | undefined {
  if (typeof type === 'object') {
    if ('char' in type) return type.char;
    return 'varchar' in type ? type.varchar : undefined;
  }
  return type === 'string' && target === 'mysql' ? STRING_LENGTH : undefined;
}
