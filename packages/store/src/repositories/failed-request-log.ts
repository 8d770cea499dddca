import type { FailedRequest, FailedRequestLog, Logger, RequestLogRepository } from '@turnpike/core';

const MAX_WAITING = 10_000;
const WRITTEN_AT_ONCE = 500;
const LINGER_MS = 250;

/**
 * Writes refused and failed requests in the background, many at once. Under a flood of refusals rows are dropped and
 * counted: these rows are for reading, nothing is billed by them.
 */
export function createFailedRequestLog({
  requestLogs,
  logger,
}: {
  requestLogs: Pick<RequestLogRepository, 'addFailed'>;
  logger: Logger;
}): FailedRequestLog {
  let waiting: FailedRequest[] = [];
  let dropped = 0;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    timer = undefined;
    while (waiting.length > 0) {
      const portion = waiting.splice(0, WRITTEN_AT_ONCE);
      try {
        await requestLogs.addFailed(portion);
      } catch (error) {
        dropped += portion.length;
        logger.error({ err: error }, 'failed requests could not be logged');
      }
    }
    if (dropped > 0) logger.warn({ dropped }, 'log rows of failed requests were dropped');
    dropped = 0;
  }

  return {
    record(request) {
      if (isClosed || waiting.length >= MAX_WAITING) {
        dropped += 1;
        return;
      }
      waiting.push(request);
      timer ??= setTimeout(() => {
        writing = write();
      }, LINGER_MS);
    },

    async close() {
      isClosed = true;
      clearTimeout(timer);
      await writing;
      await write();
      waiting = [];
    },
  };
}
