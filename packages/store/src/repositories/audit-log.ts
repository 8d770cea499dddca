import type { AuditLog } from '@turnpike/core';
import type { Knex } from 'knex';
import { clipText } from '../schema/clip-text.ts';

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
  };
}
