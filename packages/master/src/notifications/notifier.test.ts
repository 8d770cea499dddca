import { beforeEach, describe, expect, it } from '@jest/globals';
import type { UserBelowThreshold } from '@turnpike/core';
import { okProbe, openMaster, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
let below: UserBelowThreshold[][];
let asked: number[];
beforeEach(async () => {
  below = [];
  asked = [];
  test = await openMaster(
    {},
    {
      quotaReminders: {
        async take(threshold) {
          asked.push(threshold);
          return below.shift() ?? [];
        },
      },
    },
  );
});

const runReminders = () => test.master.jobs.find(({ name }) => name === 'remind-of-quota')!.run();

describe('a channel that the system disables', () => {
  const report = { channelId: 1, channelName: 'one', reason: 'no balance' };
  const event = {
    type: 'channel.disabled',
    data: { channel_id: 1, channel_name: 'one', reason: 'no balance' },
  };
  beforeEach(async () => {
    await test.channels.createMany([{ key: 'a', name: 'one' }]);
    test.stored['AutomaticDisableChannelEnabled'] = 'true';
  });

  it('is told to root once, and to the webhook where there is one', async () => {
    test.stored['WebhookUrl'] = 'https://hook.example';
    for (let n = 0; n < 3; n += 1) test.master.channelHealth.reportFatalError(report);
    await test.master.stop();
    test.master.channelHealth.reportFatalError(report);
    await test.master.stop();

    expect(test.notifications.waiting).toEqual([
      { kind: 'root-alert', event },
      { kind: 'webhook', event, occurredAt: test.clock.now() },
    ]);
  });

  it('is disabled all the same where nobody can be told', async () => {
    test.notifications.add = () => Promise.reject(new Error('full'));
    test.master.channelHealth.reportFatalError(report);
    await test.master.stop();
    expect(test.channels.rows.get(1)?.status).toBe(3);
  });

  it('is only told of where channels are not disabled automatically', async () => {
    test.stored['AutomaticDisableChannelEnabled'] = 'false';
    test.probe.answer = async () => ({ ...okProbe, durationMs: 90_000 });
    await test.as('admin').post('/api/channel/test');
    await test.master.stop();
    expect(test.notifications.waiting).toMatchObject([
      { kind: 'root-alert', event: { type: 'channel.failing', data: { channel_id: 1 } } },
      { kind: 'root-alert', event: { type: 'channels.tested', data: { total: 1, succeeded: 1 } } },
    ]);
  });
});

describe('a low balance', () => {
  const alice = { userId: 3, username: 'alice', quota: 7, state: 'low' } as const;

  it('is told to its owner, by the threshold of the options', async () => {
    test.stored['QuotaRemindThreshold'] = '50';
    below = [[alice, { ...alice, userId: 2, quota: 0, state: 'used-up' }]];
    await runReminders();

    expect(asked).toEqual([50]);
    expect(test.notifications.waiting).toEqual([
      {
        ...{ kind: 'user-mail', userId: 3 },
        event: {
          type: 'quota.low',
          data: { user_id: 3, username: 'alice', quota: 7, threshold: 50 },
        },
      },
      {
        ...{ kind: 'user-mail', userId: 2 },
        event: {
          type: 'quota.used_up',
          data: { user_id: 2, username: 'alice', quota: 0, threshold: 50 },
        },
      },
    ]);
  });

  it('is told to root too where the option says so', async () => {
    test.stored['RootQuotaAlertEnabled'] = 'true';
    below = [[alice]];
    await runReminders();
    expect(test.notifications.waiting.map(({ kind }) => kind)).toEqual(['user-mail', 'root-alert']);
  });

  it('is told of all at once, however many', async () => {
    below = [Array.from({ length: 500 }, () => alice), [alice]];
    await runReminders();
    expect(test.notifications.waiting).toHaveLength(501);
  });
});
