import type { Clock, Logger, RequestLogRepository } from '@turnpike/core';
import type { CurrentOptions } from '../services/current-options.ts';

const DAY_MS = 86_400_000;

export interface LogPrunerDeps {
  requestLogs: Pick<RequestLogRepository, 'removeBefore'>;
  currentOptions: CurrentOptions;
  clock: Clock;
  logger: Logger;
}

export interface LogPruner {
  run(): Promise<void>;
  /** A run that is under way ends after its portion. */
  stop(): void;
}

/** Clears away log rows that are older than the option `LogRetentionDays` says. */
export function createLogPruner(deps: LogPrunerDeps): LogPruner {
  const stopping = new AbortController();
  return {
    async run() {
      const { LogRetentionDays: days } = await deps.currentOptions.read();
      if (days === 0) return;
      const before = Math.floor((deps.clock.now() - days * DAY_MS) / 1000);
      const rows = await deps.requestLogs.removeBefore(before, stopping.signal);
      if (rows > 0) deps.logger.info({ rows, before }, 'old log rows removed');
    },
    stop() {
      stopping.abort();
    },
  };
}
