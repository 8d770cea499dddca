import type { AuditEntry, AuditFilter, AuditLog } from '@turnpike/core';
import type { Knex } from 'knex';
import { clipText } from '../schema/clip-text.ts';
import { likePrefix } from '../schema/like-prefix.ts';
import { readNumber, readText, type Row } from '../schema/read-column.ts';
import { readPage } from '../schema/read-page.ts';

/** Who changed what. */
export function createAuditLog({ knex }: { knex: Knex }): AuditLog {
  return {
    async record(entry) {
      await knex('audit_entries').insert({
        at: entry.at,
        user_id: entry.userId,
        username: clipText(entry.username, 191),
        action: clipText(entry.action, 191),
        target_id: clipText(entry.targetId, 191),
        details: JSON.stringify(entry.details),
        client_address: clipText(entry.clientAddress, 191),
      });
    },

    async page(filter, page) {
      const rows = filterEntries(knex, filter);
      const found = await readPage({ knex, rows, key: { sql: 'id', kind: 'integer' } }, page);
      return { ...found, rows: found.rows.map(toEntry) };
    },
  };
}

function filterEntries(knex: Knex, filter: AuditFilter): Knex.QueryBuilder {
  const select = knex('audit_entries');
  if (filter.username !== undefined) void select.where({ username: filter.username });
  if (filter.targetId !== undefined) void select.where({ target_id: filter.targetId });
  if (filter.action !== undefined)
    void select.whereRaw("action LIKE ? ESCAPE '!'", [likePrefix(filter.action)]);
  if (filter.from !== undefined) void select.where('at', '>=', filter.from);
  if (filter.until !== undefined) void select.where('at', '<=', filter.until);
  return select;
}

function toEntry(row: Row): AuditEntry & { id: number } {
  return {
    id: readNumber(row['id']),
    at: readNumber(row['at']),
    userId: readNumber(row['user_id']),
    username: readText(row['username']),
    action: readText(row['action']),
    targetId: readText(row['target_id']),
    details: JSON.parse(readText(row['details']) || '{}') as Record<string, unknown>,
    clientAddress: readText(row['client_address']),
  };
}
