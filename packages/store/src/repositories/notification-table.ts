import type { NotificationTable, StoredNotification } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readNumber, readText, type Row } from '../schema/read-column.ts';

/** Deliveries that wait, where there is no Redis to hold them. */
export function createNotificationTable({
  knex,
  dialect,
}: {
  knex: Knex;
  dialect: Dialect;
}): NotificationTable {
  return {
    async insert(rows, now) {
      if (rows.length === 0) return;
      await dialect.inWriteTransaction(knex, async (trx) => {
        for (const { id, body } of rows)
          await trx('notifications').insert({
            ...{ id, body, attempts: 0 },
            created_at: now,
            due_at: now,
          });
      });
    },

    async take({ now, retryAt, limit }) {
      const due = (await knex('notifications')
        .where('due_at', '<=', now)
        .orderBy(['due_at', 'created_at', 'id'])
        .limit(limit)) as Row[];
      const taken: StoredNotification[] = [];
      for (const row of due) {
        const id = readText(row['id']);
        const attempts = readNumber(row['attempts']);
        // Nobody else took it in between.
        const isOurs = await knex('notifications')
          .where({ id, attempts })
          .update({ attempts: attempts + 1, due_at: retryAt });
        if (isOurs === 1) taken.push({ id, body: readText(row['body']), attempts: attempts + 1 });
      }
      return taken;
    },

    async releaseAll(now) {
      await knex('notifications').where('due_at', '>', now).update({ due_at: now });
    },

    async postpone(id, dueAt) {
      await knex('notifications').where({ id }).update({ due_at: dueAt });
    },

    async remove(id) {
      await knex('notifications').where({ id }).delete();
    },
  };
}
