import {
  managementErrors,
  type Clock,
  type HourlyUsageRow,
  type UsageFilter,
  type UsageStatistics,
  type User,
  type UserRepository,
} from '@turnpike/core';
import type {
  AllUsageDataQueryInput,
  UsageDataJson,
  UsageDataQueryInput,
} from '@turnpike/core/contract';
import type { Caller } from './caller.ts';

const DAY_SECONDS = 86_400;
const OWN_DAYS = 30;
const ALL_DAYS = 366;

export interface UsageDataServiceDeps {
  usageStatistics: UsageStatistics;
  users: Pick<UserRepository, 'findForLogin'>;
  clock: Clock;
}

export type UsageDataService = ReturnType<typeof createUsageDataService>;

/** Figures for charts, from what was added up by hour. */
export function createUsageDataService({ usageStatistics, users, clock }: UsageDataServiceDeps) {
  async function read(
    query: UsageDataQueryInput,
    maxDays: number,
    user: User | undefined,
  ): Promise<UsageDataJson[]> {
    const filter: UsageFilter = {
      ...toSpan(query, maxDays, clock.now()),
      ...(user !== undefined && { userId: user.id }),
    };
    const rows =
      query.granularity === 'day'
        ? await usageStatistics.byDay(filter)
        : await usageStatistics.byHour(filter);
    return rows.map((row) => toJson(row, user));
  }

  return {
    /** @throws `invalid_parameter` where the span is longer than 366 days */
    async all(query: AllUsageDataQueryInput): Promise<UsageDataJson[]> {
      if (query.username === '') return read(query, ALL_DAYS, undefined);
      const found = await users.findForLogin(query.username);
      // Not by an address: rows of a user are asked for by the name.
      if (found?.user.username !== query.username) return [];
      return read(query, ALL_DAYS, found.user);
    },

    /** @throws `invalid_parameter` where the span is longer than 30 days */
    own: (query: UsageDataQueryInput, actor: Caller): Promise<UsageDataJson[]> =>
      read(query, OWN_DAYS, actor.user),
  };
}

function toSpan(
  { start_timestamp: start, end_timestamp: end }: UsageDataQueryInput,
  maxDays: number,
  nowMs: number,
): { from: number; to: number } {
  const to = end === 0 ? Math.floor(nowMs / 1000) : end;
  const from = start === 0 ? Math.max(0, to - OWN_DAYS * DAY_SECONDS) : start;
  if (to - from > maxDays * DAY_SECONDS)
    throw managementErrors.invalidParameter({
      param: 'start_timestamp',
      reason: `the time span may be at most ${maxDays} days`,
      reasonZh: `时间跨度不能超过 ${maxDays} 天`,
    });
  return { from, to };
}

function toJson(row: HourlyUsageRow, user: User | undefined): UsageDataJson {
  return {
    id: 0,
    user_id: user?.id ?? 0,
    username: user?.username ?? '',
    model_name: row.modelName,
    created_at: row.hour,
    token_used: row.promptTokens + row.completionTokens,
    count: row.requests,
    quota: row.quota,
  };
}
