/** An integer as SQL text, for lists that are too long for parameters. */
export function sqlInteger(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not an integer: ${value}`);
  return String(value);
}

/** `1,2,3`. Never empty: an empty IN list is an error in SQL. */
export function sqlIntegers(values: Iterable<number>): string {
  const text = Array.from(values, sqlInteger).join(',');
  return text === '' ? 'NULL' : text;
}
