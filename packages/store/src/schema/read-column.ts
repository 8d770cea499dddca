/** Columns of adopted databases may be NULL anywhere: numbers then read as 0, text as empty. */
export function readNumber(value: unknown): number {
  return value == null ? 0 : Number(value);
}

export function readText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** PostgreSQL pads CHAR columns with blanks. */
export function readPaddedText(value: unknown): string {
  return readText(value).trimEnd();
}

export function readNullableText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function readNullableNumber(value: unknown): number | null {
  return value == null ? null : Number(value);
}

export function readBoolean(value: unknown): boolean {
  return value === true || value === 1 || value === 'true';
}

/** A row as a driver gives it. */
export type Row = Readonly<Record<string, unknown>>;
