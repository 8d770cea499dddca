import { readCount } from '../../schema/read-aggregate.ts';
import type { ImportSource } from './import-source.ts';
import { importedTables } from './import-types.ts';

/** Made from the channels anew. */
const REBUILT = new Set(['abilities']);

/** Tables of the source that have rows and no place here: `midjourneys (12 rows)`. */
export async function listLeftBehind({ knex, columns }: ImportSource): Promise<string[]> {
  const known: ReadonlySet<string> = new Set(importedTables);
  const lines: string[] = [];
  for (const table of [...columns.keys()].sort()) {
    if (known.has(table) || REBUILT.has(table) || table.startsWith('sqlite_')) continue;
    const rows = await readCount(knex(table));
    if (rows > 0) lines.push(`${table} (${String(rows)} rows)`);
  }
  return lines;
}
