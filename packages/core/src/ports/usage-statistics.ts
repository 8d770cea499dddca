/** What was used in one hour. */
export interface HourlyUsageRow {
  /** Unix seconds of its beginning. */
  hour: number;
  modelName: string;
  requests: number;
  promptTokens: number;
  completionTokens: number;
  quota: number;
}

export interface DayStatRow {
  Day: string;
  ModelName: string;
  RequestCount: number;
  Quota: number;
  PromptTokens: number;
  CompletionTokens: number;
}

export interface UsageFilter {
  /** Unix seconds; hours that begin there or later, up to `to`. */
  from: number;
  to: number;
  /** One user's; otherwise everybody's together. */
  userId?: number;
}

/** What was used, added up by hour when it was billed; it stays when log rows go. */
export interface UsageStatistics {
  /** By hour and model, in this order. */
  byHour(filter: UsageFilter): Promise<readonly HourlyUsageRow[]>;
  /** The same by UTC day: `hour` is its beginning. */
  byDay(filter: UsageFilter): Promise<readonly HourlyUsageRow[]>;
  /**
   * One user's days and models since a moment (Unix seconds, a UTC midnight). What is older than the first hour that was
   * added up, in a database of another program, is read from the log.
   */
  dayStats(userId: number, since: number): Promise<readonly DayStatRow[]>;
}
