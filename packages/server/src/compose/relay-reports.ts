import type { ChannelHealthSink, Chores, FailedRequest, FailedRequestLog } from '@turnpike/core';

/** Failed requests that travel together, at most. */
const MAX_TOGETHER = 200;
const COLLECT_MS = 500;

/** What a relay without a database of its own reports goes to a master, as chores. */
export function reportByChores(chores: Chores): {
  channelHealth: ChannelHealthSink;
  failedRequestLog: FailedRequestLog;
} {
  let collected: FailedRequest[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (collected.length === 0) return;
    chores.ask({ kind: 'failed-requests', requests: collected });
    collected = [];
  };

  return {
    channelHealth: {
      reportFatalError(report) {
        chores.ask({ kind: 'channel-failure', report });
      },
    },
    failedRequestLog: {
      record(request) {
        collected.push(request);
        if (collected.length >= MAX_TOGETHER) flush();
        else timer ??= setTimeout(flush, COLLECT_MS);
      },
      close() {
        flush();
        return Promise.resolve();
      },
    },
  };
}
