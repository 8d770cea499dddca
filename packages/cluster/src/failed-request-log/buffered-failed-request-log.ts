import type { FailedRequest, FailedRequestLog, Logger, RequestLogRepository } from '@turnpike/core';

const FLUSH_MS = 500;
const MAX_BUFFERED = 10_000;
const MAX_ROWS = 200;

/**
 * Writes rows of refused and failed requests in the background. They are no bills: under a flood the newest beyond
 * the buffer are dropped and counted, so that refusing requests never becomes the load itself.
 */
export function createBufferedFailedRequestLog(deps: {
  requestLogs: Pick<RequestLogRepository, 'addFailed'>;
  logger: Logger;
}): FailedRequestLog {
  let buffer: FailedRequest[] = [];
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const flush = async (): Promise<void> => {
    timer = undefined;
    const requests = buffer;
    buffer = [];
    try {
      for (let at = 0; at < requests.length; at += MAX_ROWS) {
        await deps.requestLogs.addFailed(requests.slice(at, at + MAX_ROWS));
      }
    } catch (error) {
      deps.logger.error({ err: error, rows: requests.length }, 'failed requests not logged');
    }
    if (dropped > 0) deps.logger.warn({ dropped }, 'failed requests dropped from the log');
    dropped = 0;
  };

  return {
    record(request) {
      if (buffer.length >= MAX_BUFFERED) {
        dropped += 1;
        return;
      }
      buffer.push(request);
      timer ??= setTimeout(() => {
        writing = writing.then(flush);
      }, FLUSH_MS);
    },
    async close() {
      clearTimeout(timer);
      writing = writing.then(flush);
      await writing;
    },
  };
}
