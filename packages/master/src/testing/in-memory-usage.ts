import type { DayStatRow, HourlyUsageRow, UsageFilter, UsageStatistics } from '@turnpike/core';

export interface InMemoryUsage extends UsageStatistics {
  rows: (HourlyUsageRow & { userId: number })[];
  days: DayStatRow[];
  /** What was asked for. */
  asked: (UsageFilter | { userId: number; since: number })[];
}

export function createInMemoryUsage(): InMemoryUsage {
  const rows: InMemoryUsage['rows'] = [];
  const asked: InMemoryUsage['asked'] = [];
  const days: DayStatRow[] = [];
  const read = (filter: UsageFilter): HourlyUsageRow[] => {
    asked.push(filter);
    return rows
      .filter(({ hour }) => hour >= filter.from && hour <= filter.to)
      .filter(({ userId }) => filter.userId === undefined || filter.userId === userId);
  };
  return {
    rows,
    days,
    asked,
    byHour: async (filter) => read(filter),
    byDay: async (filter) =>
      read(filter).map((row) => ({ ...row, hour: row.hour - (row.hour % 86_400) })),
    async dayStats(userId, since) {
      asked.push({ userId, since });
      return days;
    },
  };
}
