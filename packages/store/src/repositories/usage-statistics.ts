import {
  logTypes,
  type DayStatRow,
  type HourlyUsageRow,
  type UsageFilter,
  type UsageStatistics,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readNumber, readText, type Row } from '../schema/read-column.ts';

export interface UsageStatisticsDeps {
  /** Where usage is added up: the main database, for reading. */
  main: Knex;
  /** Where log rows are, for reading. */
  logs: { reader: Knex; dialect: Dialect };
}

/** The migration since when everything is added up. */
const FIRST_ROLL_UP = '20261121090100_create_ledger';
const DAY_SECONDS = 86_400;

/** What was used, from the hourly roll-up; and from the log for what is older than that. */
export function createUsageStatistics(deps: UsageStatisticsDeps): UsageStatistics {
  const { main } = deps;
  return {
    byHour: (filter) => readRollUp(main, filter, 'hour'),

    byDay: (filter) => readRollUp(main, filter, `hour - hour % ${String(DAY_SECONDS)}`),

    async dayStats(userId, since) {
      const firstHour = await readFirstHour(main);
      const stats = new Map<string, DayStatRow>();
      if (since < firstHour)
        for (const row of await readLogDays(deps.logs, userId, since, firstHour)) addTo(stats, row);
      const from = Math.max(since, firstHour);
      const day = `hour - hour % ${String(DAY_SECONDS)}`;
      for (const row of await readRollUp(main, { userId, from, to: Number.MAX_SAFE_INTEGER }, day))
        addTo(stats, toDayStat(row));
      return [...stats.values()].sort(
        (a, b) => compare(a.Day, b.Day) || compare(a.ModelName, b.ModelName),
      );
    },
  };
}

async function readRollUp(
  main: Knex,
  { from, to, userId }: UsageFilter,
  period: string,
): Promise<HourlyUsageRow[]> {
  const query: Knex.QueryBuilder = main('usage_hourly')
    .select(main.raw(`${period} AS period`), 'model_name')
    .sum({
      requests: 'requests',
      promptTokens: 'prompt_tokens',
      completionTokens: 'completion_tokens',
      quota: 'quota',
    })
    .where('hour', '>=', from)
    .where('hour', '<=', to)
    .groupByRaw(`${period}, model_name`)
    .orderByRaw('period, model_name');
  if (userId !== undefined) void query.where({ user_id: userId });
  return ((await query) as Row[]).map((row) => ({
    hour: readNumber(row['period']),
    modelName: readText(row['model_name']),
    requests: readNumber(row['requests']),
    promptTokens: readNumber(row['promptTokens']),
    completionTokens: readNumber(row['completionTokens']),
    quota: readNumber(row['quota']),
  }));
}

/** Unix seconds of the first hour that was added up from its beginning. */
async function readFirstHour(main: Knex): Promise<number> {
  const rows = await main('turnpike_migrations')
    .select<{ applied_at: number }[]>('applied_at')
    .where({ name: FIRST_ROLL_UP });
  return Math.ceil(readNumber(rows[0]?.applied_at) / 3600) * 3600;
}

async function readLogDays(
  { reader, dialect }: UsageStatisticsDeps['logs'],
  userId: number,
  since: number,
  before: number,
): Promise<DayStatRow[]> {
  const day = reader.raw(dialect.utcDayOf('created_at'));
  const query: Knex.QueryBuilder = reader('logs')
    .select({ Day: day, ModelName: 'model_name' })
    .count({ RequestCount: '*' })
    .sum({
      Quota: 'quota',
      PromptTokens: 'prompt_tokens',
      CompletionTokens: 'completion_tokens',
    })
    .where({ type: logTypes.consume, user_id: userId })
    .where('created_at', '>=', since)
    .where('created_at', '<', before)
    .groupBy(day)
    .groupBy('model_name');
  return ((await query) as Row[]).map((row) => ({
    Day: readText(row['Day']),
    ModelName: readText(row['ModelName']),
    RequestCount: readNumber(row['RequestCount']),
    Quota: readNumber(row['Quota']),
    PromptTokens: readNumber(row['PromptTokens']),
    CompletionTokens: readNumber(row['CompletionTokens']),
  }));
}

function toDayStat(row: HourlyUsageRow): DayStatRow {
  return {
    Day: new Date(row.hour * 1000).toISOString().slice(0, 10),
    ModelName: row.modelName,
    RequestCount: row.requests,
    Quota: row.quota,
    PromptTokens: row.promptTokens,
    CompletionTokens: row.completionTokens,
  };
}

/** One day may be partly in the log and partly added up. */
function addTo(stats: Map<string, DayStatRow>, row: DayStatRow): void {
  const key = `${row.Day} ${row.ModelName}`;
  const sum = stats.get(key);
  if (sum === undefined) {
    stats.set(key, row);
    return;
  }
  sum.RequestCount += row.RequestCount;
  sum.Quota += row.Quota;
  sum.PromptTokens += row.PromptTokens;
  sum.CompletionTokens += row.CompletionTokens;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
