/**
 * Text as every database can store it: at most `length` characters, and no NUL, which PostgreSQL refuses.
 * One odd name from a client must not keep a whole batch from being billed.
 */
export function clipText(text: string, length: number): string {
  const short = text.length > length ? text.slice(0, length) : text;
  return short.includes('\0') ? short.replaceAll('\0', '') : short;
}
