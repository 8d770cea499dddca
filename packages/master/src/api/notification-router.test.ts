import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Notification } from '@turnpike/core';
import { openMaster, type TestMaster } from '../testing/open-master.ts';
import { pluck } from '../testing/pluck.ts';

const event = {
  type: 'channel.disabled',
  data: { channel_id: 3, channel_name: 'three', reason: 'no balance' },
} as const;
const notifications: Notification[] = [
  { kind: 'reset-mail', email: 'alice@example.com', language: 'en' },
  { kind: 'root-alert', event },
  { kind: 'webhook', event, occurredAt: 1 },
];

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster({ globalApiRateLimit: 0 });
  test.stored['SMTPToken'] = 'the-mail-secret';
  for (const [index, notification] of notifications.entries())
    await test.master.giveUp(
      { id: `n${String(index)}`, notification, attempt: 8 },
      new Error('535 the-mail-secret is refused'),
    );
});

const root = () => test.as('root');
const path = '/api/notification/given_up';

describe('deliveries that were given up', () => {
  it('are listed for root, newest first, with why, and without secrets', async () => {
    const { body, headers } = await root().get(path);

    expect(body.data[2]).toEqual({
      ...{ id: 1, kind: 'reset-mail', receiver: 'alice@example.com', event: '', attempts: 8 },
      ...{ problem: '535 [SMTPToken] is refused', given_up_at: 1_700_000_000 },
    });
    expect(pluck(body.data, 'receiver')).toEqual(['webhook', 'root', 'alice@example.com']);
    expect(pluck(body.data, 'event')).toEqual(['channel.disabled', 'channel.disabled', '']);
    expect(headers['x-total-count']).toBe('3');
    expect((await test.as('admin').get(path)).body.code).toBe('role_too_low');
  });

  it('are sent again on demand, once', async () => {
    expect((await root().post(`${path}/2/retry`)).body).toEqual({ success: true, message: '' });

    expect(test.notifications.waiting).toEqual([notifications[1]]);
    expect(pluck((await root().get(path)).body.data, 'id')).toEqual([3, 1]);
    expect((await root().post(`${path}/2/retry`)).body.code).toBe('not_found');
    expect(test.audit).toMatchObject([{ action: 'notification.retry', targetId: '2' }]);
  });

  it('stay where they are when the queue cannot take them', async () => {
    test.notifications.add = () => Promise.reject(new Error('Redis is away'));

    expect((await root().post(`${path}/2/retry`)).body.success).toBe(false);
    expect(test.givenUp.rows).toHaveLength(3);
  });

  it('are forgotten on demand', async () => {
    expect((await root().delete(`${path}/3`)).body).toEqual({ success: true, message: '' });

    expect(test.givenUp.rows.map(({ id }) => id)).toEqual([1, 2]);
    expect(test.notifications.waiting).toEqual([]);
    for (const id of ['3', '0', 'x'])
      expect((await root().delete(`${path}/${id}`)).body.success).toBe(false);
    expect(test.audit).toMatchObject([{ action: 'notification.drop', targetId: '3' }]);
  });
});
