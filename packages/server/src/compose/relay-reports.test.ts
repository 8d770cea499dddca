import { describe, expect, it } from '@jest/globals';
import type { Chore, FailedRequest } from '@turnpike/core';
import { reportByChores } from './relay-reports.ts';

function openReports() {
  const asked: Chore[] = [];
  const reports = reportByChores({
    ask: (chore) => void asked.push(chore),
    work: () => Promise.reject(new Error('a relay does no chores')),
    close: () => Promise.resolve(),
  });
  return { asked, ...reports };
}

const failed = (requestId: string): FailedRequest => ({
  requestId,
  at: 0,
  userId: 1,
  username: 'u',
  apiTokenName: 't',
  channelId: 0,
  model: 'm',
  code: 'not_ready',
  status: 503,
  message: '',
  durationMs: 1,
  isStream: false,
});

describe('reportByChores', () => {
  it('reports a channel that failed for good at once', () => {
    const { asked, channelHealth } = openReports();
    const report = { channelId: 3, channelName: 'c', reason: 'no balance' };
    channelHealth.reportFatalError(report);
    expect(asked).toEqual([{ kind: 'channel-failure', report }]);
  });

  it('sends failed requests together, and the rest when it is closed', async () => {
    const { asked, failedRequestLog } = openReports();
    for (let n = 0; n < 201; n += 1) failedRequestLog.record(failed(`r${String(n)}`));
    expect(asked).toHaveLength(1);
    await failedRequestLog.close();
    const sizes = asked.map((chore) =>
      chore.kind === 'failed-requests' ? chore.requests.length : 0,
    );
    expect(sizes).toEqual([200, 1]);
  });
});
