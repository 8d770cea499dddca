import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogFilter, PageQuery, LogSort, RequestLogRepository } from '@turnpike/core';
import type { Knex } from 'knex';
import { readRawRows } from '../maintenance/import/import-source.ts';
import { createRequestLogRepository } from '../repositories/request-log-repository.ts';
import { createUsageStatistics } from '../repositories/usage-statistics.ts';
import { openTestStore, testNow, type TestStore } from '../testing/open-test-store.ts';
import type { DatabaseKind } from '../../../../test/support/databases.ts';

const NOW = Math.floor(testNow / 1000);
const first = { offset: 0, limit: 10, sort: 'newest', direction: 'desc' } as const;
const filters: Record<string, LogFilter> = {
  'the whole log': {},
  'a time': { startTimestamp: NOW - 20_000, endTimestamp: NOW - 19_000 },
  'a user': { userId: 7 },
  'a user and a model': { userId: 7, modelName: 'model-7' },
  'a name': { username: 'user7' },
  'a name, a model and a time': {
    username: 'user7',
    modelName: 'model-7',
    startTimestamp: NOW - 30_000,
    endTimestamp: NOW,
  },
  'a channel': { channel: 12 },
  'a token': { tokenName: 'token 12' },
  'a model': { modelName: 'model-3' },
  'a type': { type: 6 },
};

/** No question about the log reads the table from end to end. */
export function describeLogPlans(name: string, kind: DatabaseKind): void {
  describe(`query plans of the log (${name})`, () => {
    let test: TestStore;
    let logs: RequestLogRepository;
    const asked: { sql: string; bindings: readonly unknown[] }[] = [];
    beforeAll(async () => {
      test = await openTestStore(kind);
      const { knex, dialect } = test.database;
      await fill(knex);
      await knex.raw(statisticsOf[kind]);
      knex.on('query', (query: { sql: string; bindings: readonly unknown[] }) => {
        if (/\bfrom [`"]?(logs|usage_hourly)/i.test(query.sql)) asked.push(query);
      });
      const main = knex;
      const clock = { now: () => testNow };
      logs = createRequestLogRepository({ logs: { knex, dialect }, main, reader: knex, clock });
    }, 60_000);
    afterAll(() => test.close());

    async function explain(work: () => Promise<unknown>): Promise<string[]> {
      asked.length = 0;
      await work();
      const questions = asked.splice(0);
      expect(questions.length).toBeGreaterThan(0);
      const plans: string[] = [];
      for (const { sql, bindings } of questions) {
        const prefix = kind === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
        const text = `${prefix} ${sql.replace(/\$\d+/g, '?')}`;
        const answer: unknown = await test.database.knex.raw(text, bindings as string[]);
        plans.push(...readRawRows(answer).map((row) => JSON.stringify(row)));
      }
      asked.length = 0;
      return plans;
    }

    /** Lines of a plan that read a table without an index, or sort all of it. */
    const findScans = (plans: readonly string[]) =>
      // In the order of its ids SQLite reads a table itself: as long as nothing is sorted, a limit ends that.
      plans.filter((line) => scans[kind].test(line) && !isInOrder(plans));
    const isInOrder = (plans: readonly string[]) =>
      kind === 'sqlite' && !plans.some((line) => line.includes('TEMP B-TREE'));

    it.each(Object.keys(filters))('of a page and the count by %s', async (which) => {
      const filter = filters[which]!;
      const query: PageQuery<LogSort> = first;

      const plans = await explain(() => logs.page(filter, query));

      expect(findScans(plans)).toEqual([]);
      const { nextCursor: cursor = '' } = await logs.page(filter, { ...query, limit: 1 });
      expect(findScans(await explain(() => logs.page(filter, { ...query, cursor })))).toEqual([]);
    });

    it.each([
      ['a user', { userId: 7, startTimestamp: NOW - 20_000, endTimestamp: NOW }],
      ['a name', { username: 'user7', startTimestamp: NOW - 20_000 }],
      ['a channel', { channel: 12, startTimestamp: NOW - 20_000 }],
    ])('of the sum by %s, which goes by an index', async (_which, filter) => {
      const plans = await explain(() => logs.sumQuota(filter));

      expect(findScans(plans)).toEqual([]);
      expect(plans.join('\n')).toMatch(
        kind === 'postgres'
          ? /Scan using idx_logs_|Index Scan on idx_logs_/
          : /COVERING INDEX|Using index/,
      );
    });

    it('of a search for a type, and for a beginning where contents are indexed', async () => {
      const plans = await explain(() => logs.search('6', {}, { offset: 0, limit: 100 }));
      if (kind !== 'sqlite') {
        expect(findScans(plans)).toEqual([]);
        const rare = await explain(() => logs.search('rare words', {}, { offset: 0, limit: 100 }));
        expect(findScans(rare)).toEqual([]);
        expect(rare.join('\n')).toContain('idx_logs_content');
      }
      expect(plans.join('\n')).toContain('idx_logs_type_time');
    });

    it('of what is cleared away', async () => {
      const plans = await explain(() => logs.removeBefore(NOW - 31_900));

      expect(findScans(plans)).toEqual([]);
    });

    it('of the statistics of a user', async () => {
      const { knex, dialect } = test.database;
      const statistics = createUsageStatistics({ main: knex, logs: { reader: knex, dialect } });

      expect(
        findScans([
          ...(await explain(() => statistics.byHour({ userId: 7, from: 0, to: NOW }))),
          ...(await explain(() => statistics.dayStats(7, NOW - 20_000))),
        ]),
      ).toEqual([]);
    });
  });
}

/** What the servers do by themselves in time; SQLite never does. */
const statisticsOf: Record<DatabaseKind, string> = {
  postgres: 'VACUUM ANALYZE',
  mysql: 'ANALYZE TABLE logs, usage_hourly',
  sqlite: 'SELECT 1',
};

const scans: Record<DatabaseKind, RegExp> = {
  postgres: /Seq Scan on (logs|usage_hourly)/,
  mysql:
    /"table":"(logs|usage_hourly)"[^}]*"type":"ALL"|"type":"ALL"[^}]*"table":"(logs|usage_hourly)"/,
  sqlite: /SCAN (logs|usage_hourly)(?! USING (COVERING )?INDEX| USING INTEGER)/,
};

/** 32 000 rows, newest last: enough for an index to be worth it. */
async function fill(knex: Knex): Promise<void> {
  const rows = Array.from({ length: 1000 }, (_, index) => ({
    user_id: index % 100,
    created_at: NOW - 32_000 + index,
    type: index % 50 === 0 ? 6 : 2,
    content: index === 500 ? 'rare words' : '倍率：1.25 × 1.00 × 4.00',
    username: `user${String(index % 100)}`,
    token_name: `token ${String(index % 40)}`,
    model_name: `model-${String(index % 20)}`,
    quota: index,
    channel_id: index % 30,
  }));
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  for (let start = 0; start < 1000; start += 250)
    await knex('logs').insert(rows.slice(start, start + 250));
  for (let count = 1000; count < 32_000; count *= 2)
    await knex.raw(
      `INSERT INTO logs (${columns})
       SELECT ${columns.replace('created_at', `created_at + ${String(count)}`).replace('content', `CASE content WHEN 'rare words' THEN 'other' ELSE content END`)}
         FROM logs`,
    );
  const hours = Array.from({ length: 4000 }, (_, index) => ({
    hour: NOW - (NOW % 3600) - Math.floor(index / 100) * 3600,
    user_id: index % 100,
    token_id: 1,
    channel_id: 1,
    model_name: 'm',
  }));
  for (let start = 0; start < hours.length; start += 500)
    await knex('usage_hourly').insert(hours.slice(start, start + 500));
}
