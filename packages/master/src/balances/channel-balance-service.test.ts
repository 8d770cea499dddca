import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BalanceQuery } from '@turnpike/core';
import { channelBalanceProgressSchema, type ChannelBalanceProgress } from '@turnpike/core/contract';
import { waitUntil } from '@turnpike/core/testing';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

const WITHOUT_BALANCE = 2;

/** Asks twice, as some providers do: which account, then what it has. */
const query: BalanceQuery = function* ({ baseUrl, key }) {
  const account = yield { url: `${baseUrl}/account`, headers: { authorization: `Bearer ${key}` } };
  const { path } = account as { path: string };
  const answer = yield { url: `${baseUrl}${path}`, headers: { authorization: `Bearer ${key}` } };
  const { balance, reason } = answer as { balance?: number; reason?: string };
  return balance === undefined ? { problem: `refused: ${reason ?? ''}` } : { balance };
};

describe('balances of channels', () => {
  let test: TestMaster;
  let upstream: Server;
  let url: string;
  let listener: RequestListener;
  let requests: { path: string; key: string }[];
  /** Key → what the upstream says. */
  let balances: Record<string, object>;

  beforeEach(async () => {
    requests = [];
    balances = {};
    listener = (request, response) => {
      const path = request.url ?? '';
      const key = (request.headers.authorization ?? '').replace('Bearer ', '');
      requests.push({ path, key });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(path === '/account' ? { path: '/balance' } : balances[key]));
    };
    upstream = createServer((request, response) => {
      listener(request, response);
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((upstream.address() as AddressInfo).port)}`;
    test = await open();
  });
  afterEach(async () => {
    upstream.closeAllConnections();
    await new Promise((resolve) => upstream.close(resolve));
  });

  function open(settings: Parameters<typeof openMaster>[0] = {}): Promise<TestMaster> {
    return openMaster(settings, {
      findBalanceQuery: (type) => (type === WITHOUT_BALANCE ? undefined : query),
    });
  }

  async function addChannels(...keys: string[]): Promise<void> {
    await test.channels.createMany(keys.map((key) => ({ key, name: key, baseUrl: url })));
  }

  const admin = () => test.as('admin');
  const statusOf = (id: number) => test.channels.rows.get(id)?.status;

  async function readProgress(): Promise<ChannelBalanceProgress> {
    const { body } = await admin().get('/api/channel/update_balance/progress');
    return channelBalanceProgressSchema.strict().parse(body.data);
  }

  async function run(): Promise<ChannelBalanceProgress> {
    const { body } = await admin().get('/api/channel/update_balance');
    expect(body).toEqual({ success: true, message: '' });
    let progress = await readProgress();
    await waitUntil(async () => !(progress = await readProgress()).isRunning);
    return progress;
  }

  describe('of one channel', () => {
    it('is asked for, stored with the time, and answered', async () => {
      await addChannels('a');
      balances['a'] = { balance: 12.5 };

      const { body } = await admin().get('/api/channel/update_balance/1/');

      expect(body).toEqual({ success: true, message: '', balance: 12.5 });
      expect(test.channels.rows.get(1)).toMatchObject({
        balance: 12.5,
        balanceUpdatedTime: 1_700_000_000,
      });
      expect(requests).toEqual([
        { path: '/account', key: 'a' },
        { path: '/balance', key: 'a' },
      ]);
    });

    it('changes no status, and works on disabled channels', async () => {
      await addChannels('a');
      balances['a'] = { balance: 0 };
      await admin().post('/api/channel/update_balance/1');
      expect(statusOf(1)).toBe(1);
      await test.channels.setStatus(1, 2);

      expect((await admin().post('/api/channel/update_balance/1')).body.balance).toBe(0);
    });

    it('is not to be had from every type of channel', async () => {
      await test.channels.createMany([{ key: 'a', type: WITHOUT_BALANCE }]);
      const { body, status } = await admin().get('/api/channel/update_balance/1');

      expect([status, body.success, body.code]).toEqual([200, false, 'balance_not_supported']);
      expect((await admin().get('/api/channel/update_balance/9')).body.code).toBe('not_found');
      expect((await admin().get('/api/channel/update_balance/x')).body.code).toBe(
        'invalid_parameter',
      );
    });

    it.each<[string, RequestListener, string]>([
      [
        'an error',
        (_, response) => response.writeHead(403).end('{"balance":1}'),
        'status code: 403',
      ],
      ['a page', (_, response) => response.end('<html>'), 'the answer is not JSON'],
      [
        'a redirect, which is not followed',
        (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
        'status code: 302',
      ],
      ['far too much', (_, response) => response.end(' '.repeat(3_000_000)), 'larger than 1 MB'],
    ])('says what is wrong where the upstream answers %s', async (_, answer, message) => {
      await addChannels('a');
      listener = answer;
      const { body, status } = await admin().get('/api/channel/update_balance/1');

      expect([status, body.success]).toEqual([200, false]);
      expect(body.message).toContain(message);
      expect(test.channels.rows.get(1)?.balanceUpdatedTime).toBe(0);
    });

    it('never shows the key, also when the upstream quotes it', async () => {
      await addChannels('sk-secret');
      balances['sk-secret'] = { reason: 'no such key: sk-secret' };
      const { body } = await admin().get('/api/channel/update_balance/1');

      expect(body).toEqual({ success: false, message: 'refused: no such key: [key]' });
    });

    it('tries again after a broken connection, but never after an answer', async () => {
      await addChannels('a');
      balances['a'] = { balance: 1 };
      const answer = listener;
      let count = 0;
      listener = (request, response) => {
        count += 1;
        if (count === 1) request.socket.destroy();
        else answer(request, response);
      };
      expect((await admin().get('/api/channel/update_balance/1')).body.balance).toBe(1);

      count = 1;
      listener = (_, response) => {
        count += 1;
        response.writeHead(503).end();
      };
      await admin().get('/api/channel/update_balance/1');
      expect(count).toBe(2);
    });

    it('names an upstream that cannot be reached', async () => {
      await test.channels.createMany([{ key: 'a', baseUrl: 'not an address' }]);
      const { body } = await admin().get('/api/channel/update_balance/1');

      expect(body.message).toBe('the base URL is not a valid address');
    });

    it('cannot be asked for by a link on another site', async () => {
      await addChannels('a');
      const login = { username: 'admin', password: 'correct horse' };
      const { headers } = await test.anonymous.post('/api/user/login').send(login);
      const cookie = String(headers['set-cookie']).split(';', 1)[0] ?? '';
      const call = test.anonymous.get('/api/channel/update_balance/1').set('cookie', cookie);

      expect((await call.set('sec-fetch-site', 'cross-site')).status).toBe(403);
      expect(requests).toEqual([]);
    });
  });

  describe('of all channels', () => {
    it('are those of enabled ones whose upstreams tell one', async () => {
      await addChannels('a', 'b', 'c');
      await test.channels.createMany([{ key: 'd', type: WITHOUT_BALANCE }]);
      await test.channels.setStatus(2, 2);
      Object.assign(balances, { a: { balance: 3 }, c: { reason: 'closed' } });

      const progress = await run();

      expect(progress).toMatchObject({
        total: 2,
        queried: 2,
        succeeded: 1,
        failed: 1,
        problem: null,
      });
      expect(progress.results).toEqual([
        {
          channelId: 3,
          channelName: 'c',
          isOk: false,
          balance: null,
          message: 'refused: closed',
          action: 'none',
        },
        { channelId: 1, channelName: 'a', isOk: true, balance: 3, message: '', action: 'none' },
      ]);
      expect([1, 2, 3, 4].map(statusOf)).toEqual([1, 2, 1, 1]);
    });

    it.each([0, -0.5])(
      'disable a channel that has %d left, and the relays know it',
      async (left) => {
        await addChannels('a');
        balances['a'] = { balance: left };

        expect((await run()).results).toMatchObject([{ balance: left, action: 'disabled' }]);
        expect(statusOf(1)).toBe(3);
        expect(test.published.at(-1)?.channels[0]?.status).toBe(3);
        expect(test.audit).toMatchObject([{ action: 'channel.auto-disable', targetId: '1' }]);
        expect(test.logs.rows[0]?.content).toContain(
          `its balance is insufficient (${String(left)})`,
        );
      },
    );

    it('go on in the background, one run at a time', async () => {
      await addChannels('a');
      balances['a'] = { balance: 1 };
      const answer = listener;
      let release = (): void => undefined;
      listener = (request, response) => {
        release = () => {
          answer(request, response);
        };
      };
      await admin().post('/api/channel/update_balance');
      expect((await admin().post('/api/channel/update_balance')).body.code).toBe(
        'balance_update_running',
      );
      expect(await readProgress()).toMatchObject({ isRunning: true, total: 1, queried: 0 });
      await waitUntil(async () => {
        release();
        return !(await readProgress()).isRunning;
      });

      expect(await readProgress()).toMatchObject({ succeeded: 1 });
    });

    it('come to an end whatever happens', async () => {
      await addChannels('a', 'b');
      Object.assign(balances, { a: { balance: 1 }, b: { balance: 2 } });
      const record = test.channels.recordBalance;
      test.channels.recordBalance = (id, result) =>
        id === 2 ? Promise.reject(new Error('database away')) : record(id, result);
      expect(await run()).toMatchObject({ succeeded: 1, failed: 1, problem: null });
      test.channels.list = () => Promise.reject(new Error('database away'));

      expect((await run()).problem).toContain('The run failed');
    });

    it('are ended by a stop of the master, in the middle of a query', async () => {
      await addChannels('a', 'b');
      listener = () => undefined;
      await admin().post('/api/channel/update_balance');
      await test.master.stop();

      expect(await readProgress()).toMatchObject({
        isRunning: false,
        queried: 0,
        problem: 'The run was stopped.',
      });
    });

    it('are queried on schedule where an interval is set, one run at a time', async () => {
      expect(test.master.jobs.map(({ name }) => name)).not.toContain('update-balances');
      test = await open({ channelUpdateIntervalMs: 60_000 });
      await addChannels('a');
      balances['a'] = { balance: 4 };
      const job = test.master.jobs.find(({ name }) => name === 'update-balances')!;
      await Promise.all([job.run(), job.run()]);

      expect(job.intervalMs).toBe(60_000);
      expect(requests).toHaveLength(2);
      expect(test.channels.rows.get(1)?.balance).toBe(4);
    });
  });
});
