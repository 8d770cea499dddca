import { ensureTable } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';
import { oneApiTables } from './one-api-tables.ts';

/** Creates One API's tables, or adds what an older version of them lacks. */
export const adoptOneApiTables: Migration = {
  name: '20261121090000_adopt_one_api_tables',
  async up(context) {
    for (const table of oneApiTables) {
      await ensureTable(context, table);
      if (await context.dialect.ensureUnicode(context.connection, table.name)) {
        context.logger.warn({ table: table.name }, 'table converted to utf8mb4');
      }
    }
    for (const table of oneApiTables) {
      if (table.columns[0]?.type !== 'id') continue;
      await context.dialect.resetIdSequence(context.connection, table.name);
    }
  },
};
