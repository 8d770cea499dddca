import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GatewayEvent, Notification } from '@turnpike/core';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

interface Received {
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

let test: TestMaster;
let server: Server;
let url: string;
let received: Received[];
let answer: { status: number; body: string };

beforeEach(async () => {
  received = [];
  answer = { status: 200, body: '{"success":true}' };
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      const location = { location: 'http://127.0.0.1:1/' };
      response.writeHead(answer.status, answer.status === 302 ? location : {}).end(answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  test = await openMaster();
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const disabled: GatewayEvent = {
  type: 'channel.disabled',
  data: { channel_id: 3, channel_name: '<b>渠道</b>\r\nBcc: x', reason: 'no balance' },
};
const deliver = (notification: Notification, attempt = 1) =>
  test.master.deliver({ id: 'id-1', notification, attempt });
const webhook: Notification = { kind: 'webhook', event: disabled, occurredAt: 1_700_000_000_000 };

describe('a webhook', () => {
  beforeEach(() => {
    Object.assign(test.stored, { WebhookUrl: url, WebhookSecret: 'a secret' });
  });

  it('says what happened, when, and under which id', async () => {
    await deliver(webhook);
    expect(received).toHaveLength(1);
    expect(JSON.parse(received[0]!.body)).toEqual({
      type: 'channel.disabled',
      timestamp: '2023-11-14T22:13:20.000Z',
      data: disabled.data,
    });
    expect(received[0]!.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': 'id-1',
      'webhook-timestamp': '1700000000',
    });
  });

  it.each([
    ['a secret', Buffer.from('a secret')],
    ['whsec_AQIDBA==', Buffer.from([1, 2, 3, 4])],
  ])('is signed with %s', async (secret, key) => {
    test.stored['WebhookSecret'] = secret;
    await deliver(webhook);
    const [{ headers, body }] = received as [Received];
    const text = `id-1.${String(headers['webhook-timestamp'])}.${body}`;
    const expected = createHmac('sha256', key).update(text).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  });

  it('is not signed without a secret', async () => {
    test.stored['WebhookSecret'] = '';
    await deliver(webhook);
    expect(received[0]!.headers).not.toHaveProperty('webhook-signature');
  });

  it.each([500, 404, 302, 429])('is to be tried again after status %d', async (status) => {
    answer.status = status;
    await expect(deliver(webhook)).rejects.toThrow(String(status));
    expect(received).toHaveLength(1);
  });

  it.each([200, 204, 410])('is done with after status %d', async (status) => {
    answer.status = status;
    await deliver(webhook);
    expect(received).toHaveLength(1);
  });

  it('is to be tried again where nobody answers, and is not sent where nobody wants it', async () => {
    test.stored['WebhookUrl'] = 'http://127.0.0.1:1/path-with-a-token';
    const failure = await deliver(webhook).catch(String);
    expect(failure).toContain('ECONNREFUSED');
    expect(failure).not.toContain('path-with-a-token');
    test.stored['WebhookUrl'] = '';
    test.clock.advance(5_000);
    await deliver(webhook);
  });
});

describe('an alert for root', () => {
  const alert: Notification = { kind: 'root-alert', event: disabled };

  it('goes to the message pusher as One API sends it', async () => {
    Object.assign(test.stored, { MessagePusherAddress: url, MessagePusherToken: 'token' });
    await deliver(alert);
    const message = JSON.parse(received[0]!.body) as Record<string, string>;
    expect(message).toMatchObject({ url: '', channel: '', token: 'token' });
    expect(message['title']).toContain('was disabled automatically');
    expect(message['title']).not.toMatch(/[\r\n]/);
    expect(message['content']).toContain('&lt;b&gt;渠道&lt;/b&gt;');
    expect(message['content']).toBe(message['description']);
  });

  it.each(['{"success":false,"message":"no"}', 'oops'])(
    'is to be tried again where the pusher answers %s and there is no mail',
    async (body) => {
      answer.body = body;
      Object.assign(test.stored, { MessagePusherAddress: url, MessagePusherToken: 'sentinel' });
      const failure = await deliver(alert).catch(String);
      expect(failure).toContain('refused');
      expect(failure).not.toContain('sentinel');
    },
  );

  it('is nobody’s business where neither is set up', async () => {
    await deliver(alert);
    expect(received).toEqual([]);
  });
});

describe('a mail that cannot be sent', () => {
  const reminder: Notification = {
    kind: 'user-mail',
    userId: 3,
    event: {
      type: 'quota.low',
      data: { user_id: 3, username: 'alice', quota: 10, threshold: 1000 },
    },
  };

  it('is to be tried again, and its error holds no password', async () => {
    test.users.rows.get(3)!.email = 'alice@example.com';
    Object.assign(test.stored, {
      ...{ SMTPServer: '127.0.0.1', SMTPPort: '1', SMTPFrom: 'a@example.com' },
      ...{ SMTPAccount: 'a', SMTPToken: 'sentinel' },
    });
    const failure = await deliver(reminder).catch(String);
    expect(failure).toMatch(/mail not sent: (ESOCKET|ECONNECTION|ECONNREFUSED)/);
    expect(failure).not.toContain('sentinel');
  });

  it('is left out where the user has no address, or is gone', async () => {
    Object.assign(test.stored, { SMTPServer: '127.0.0.1', SMTPPort: '1', SMTPFrom: 'a@b.example' });
    await deliver(reminder);
    await deliver({ ...reminder, userId: 99 });
  });
});
