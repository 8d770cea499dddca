import {
  parseNotificationBody,
  toNotificationBody,
  type GivenUpNotification,
  type GivenUpNotifications,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { clipText } from '../schema/clip-text.ts';
import { readCount } from '../schema/read-aggregate.ts';
import { readNumber, readText, type Row } from '../schema/read-column.ts';
import { readPage } from '../schema/read-page.ts';

const KEPT_MS = 90 * 24 * 3600 * 1000;
const MAX_PROBLEM_CHARACTERS = 500;

/** Deliveries that nobody tries any more. */
export function createGivenUpNotifications({
  knex,
  dialect,
}: {
  knex: Knex;
  dialect: Dialect;
}): GivenUpNotifications {
  const table = () => knex('given_up_notifications');
  return {
    async add({ queueId, notification, attempts, problem, givenUpAt }) {
      await dialect.insertNewRows(knex, 'given_up_notifications', 'queue_id', [
        {
          queue_id: queueId,
          body: JSON.stringify(toNotificationBody(notification)),
          attempts,
          problem: clipText(problem, MAX_PROBLEM_CHARACTERS),
          given_up_at: givenUpAt,
        },
      ]);
      await table()
        .where('given_up_at', '<', givenUpAt - KEPT_MS)
        .delete();
    },

    async page(page) {
      const key = { sql: 'id', kind: 'integer' } as const;
      const found = await readPage({ knex, rows: table(), key }, page);
      return { ...found, rows: found.rows.map(toGivenUp) };
    },

    async find(id) {
      const [row] = (await table().where({ id })) as Row[];
      return row && toGivenUp(row);
    },

    remove: async (id) => (await table().where({ id }).delete()) === 1,
    count: () => readCount(table()),
  };
}

function toGivenUp(row: Row): GivenUpNotification {
  return {
    id: readNumber(row['id']),
    notification: parseNotificationBody(JSON.parse(readText(row['body']))),
    attempts: readNumber(row['attempts']),
    problem: readText(row['problem']),
    givenUpAt: readNumber(row['given_up_at']),
  };
}
