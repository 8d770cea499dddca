/** One field of each row of an answer. */
export function pluck(rows: unknown, field: string): unknown[] {
  if (!Array.isArray(rows)) throw new Error('the answer holds no rows');
  return rows.map((row: Record<string, unknown>) => row[field]);
}
