import type { Knex } from 'knex';
import { readNumber, type Row } from './read-column.ts';

/** How many rows a query finds. */
export async function readCount(query: Knex.QueryBuilder): Promise<number> {
  return readValue(await query.count({ value: '*' }));
}

/** Σ of a column over the rows that a query finds; 0 where there are none. */
export async function readSum(query: Knex.QueryBuilder, column: string): Promise<number> {
  return readValue(await query.sum({ value: column }));
}

function readValue(rows: unknown): number {
  const [row] = rows as Row[];
  return readNumber(row?.['value']);
}
