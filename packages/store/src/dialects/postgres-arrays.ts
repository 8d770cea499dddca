import { sqlInteger } from '../schema/sql-integer.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * Rows as arrays of their columns: one parameter for each column, however many rows there are. A statement of some
 * thousand parameters costs the server more than the rows.
 */
export interface UnnestedRows {
  /** `a, b, c`. */
  columns: string;
  /** `unnest(?::bigint[], ?::text[], …)`. */
  from: string;
  bindings: string[];
}

export function unnestRows(rows: readonly Row[]): UnnestedRows {
  const names = Object.keys(rows[0] ?? {});
  const arrays = names.map((name) => toArray(rows.map((row) => row[name] ?? null)));
  return {
    columns: names.map((name) => `"${name}"`).join(', '),
    from: `unnest(${arrays.map(({ type }) => `?::${type}[]`).join(', ')})`,
    bindings: arrays.map(({ text }) => text),
  };
}

/** `{1,2,NULL}`. @throws RangeError for what is no integer */
export function toIntegerArray(values: readonly unknown[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : sqlInteger(value as number))).join(',')}}`;
}

/** A column without any value is an array of integers: NULL fits everywhere. */
function toArray(values: readonly unknown[]): { type: string; text: string } {
  switch (typeof values.find((value) => value !== null)) {
    case 'string':
      return { type: 'text', text: `{${values.map(quoteElement).join(',')}}` };
    case 'boolean':
      return { type: 'boolean', text: `{${values.map((value) => value ?? 'NULL').join(',')}}` };
    default:
      return { type: 'bigint', text: toIntegerArray(values) };
  }
}

function quoteElement(value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value !== 'string') throw new TypeError(`not a text: ${typeof value}`);
  return /["\\]/.test(value) ? `"${value.replaceAll(/["\\]/g, '\\$&')}"` : `"${value}"`;
}
