import { describe, expect, it } from '@jest/globals';
import { silentLogger, systemClock, type NotificationTable } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { describeNotificationQueue, testRetryPlan } from './notification-queue.contract.ts';
import { pauseAfter, defaultRetryPlan } from './retry-plan.ts';
import { createTableNotificationQueue } from './table-notification-queue.ts';

interface Row {
  id: string;
  body: string;
  attempts: number;
  dueAt: number;
}

/** A table in memory, with the promises of the port. */
function createTable(): NotificationTable & { rows: Map<string, Row> } {
  const rows = new Map<string, Row>();
  return {
    rows,
    async insert(added, now) {
      for (const row of added) rows.set(row.id, { ...row, attempts: 0, dueAt: now });
    },
    async take({ now, retryAt, limit }) {
      const due = [...rows.values()].filter(({ dueAt }) => dueAt <= now).slice(0, limit);
      for (const row of due) Object.assign(row, { attempts: row.attempts + 1, dueAt: retryAt });
      return due.map((row) => ({ ...row }));
    },
    async releaseAll(now) {
      for (const row of rows.values()) row.dueAt = Math.min(row.dueAt, now);
    },
    async postpone(id, dueAt) {
      const row = rows.get(id);
      if (row !== undefined) row.dueAt = dueAt;
    },
    remove: async (id) => void rows.delete(id),
  };
}

const open = (table: NotificationTable) =>
  createTableNotificationQueue({
    table,
    clock: systemClock,
    logger: silentLogger,
    retryPlan: testRetryPlan,
    pollMs: 10,
  });

const neverGivenUp = () => Promise.reject(new Error('given up'));

describeNotificationQueue('table', async () => {
  const table = createTable();
  return {
    open: async () => open(table),
    countWaiting: async () => table.rows.size,
    close: async () => undefined,
  };
});

describe('a queue in a table', () => {
  it('goes on when the database is there again', async () => {
    const table = createTable();
    const take = table.take.bind(table);
    let failures = 2;
    table.take = (options) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('away')) : take(options);
    };
    const queue = open(table);
    await queue.add([{ kind: 'reset-mail', email: 'a@example.com', language: 'en' }]);
    const { stop } = await queue.work(() => Promise.resolve(), neverGivenUp);
    await waitUntil(() => table.rows.size === 0);
    await stop();
  });

  it('delivers what a process that died had taken', async () => {
    const table = createTable();
    await open(table).add([{ kind: 'reset-mail', email: 'a@example.com', language: 'en' }]);
    await table.take({ now: Date.now(), retryAt: Date.now() + 600_000, limit: 9 });

    const { stop } = await open(table).work(() => Promise.resolve(), neverGivenUp);
    await waitUntil(() => table.rows.size === 0);
    await stop();
  });

  it('drops in the end what no version of ours wrote', async () => {
    const table = createTable();
    await table.insert([{ id: 'x', body: '{"v":99}' }], 0);
    const { stop } = await open(table).work(
      () => Promise.reject(new Error('not reached')),
      neverGivenUp,
    );
    await waitUntil(() => table.rows.size === 0);
    await stop();
  });
});

describe('the pauses between attempts', () => {
  it('grow threefold, up to a limit', () => {
    const pauses = [1, 2, 3, 7].map((attempt) => pauseAfter(attempt, defaultRetryPlan));
    expect(pauses).toEqual([5_000, 15_000, 45_000, 2_700_000]);
  });
});
