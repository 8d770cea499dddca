import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { logIn, type AdminClient } from '../support/admin-client.mjs';
import { startGateway, type Gateway } from '../support/start-gateway.mjs';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(60_000);

/** What each provider answers to `sk-full` at its address, and what is left then. */
const providers = [
  {
    type: 1,
    path: '/v1/dashboard/billing/subscription',
    body: { hard_limit_usd: 50, has_payment_method: true },
    balance: 37.5,
  },
  {
    type: 8,
    path: '/v1/dashboard/billing/subscription',
    body: { hard_limit_usd: 20, has_payment_method: false },
    balance: 7.5,
  },
  {
    type: 4,
    path: '/dashboard/billing/credit_grants',
    body: { total_available: 4.25 },
    balance: 4.25,
  },
  {
    type: 5,
    path: '/sb-api/user/status?api_key=sk-full',
    body: { msg: 'ok', data: { credit: '51234.5' } },
    balance: 51234.5,
  },
  {
    type: 10,
    path: '/api/report/getUserOverview',
    body: { success: true, message: '', error_code: 0, data: { totalPoints: 900 } },
    balance: 900,
  },
  {
    type: 12,
    path: '/dashboard/billing/credit_grants',
    body: { total_remaining: 12.5 },
    balance: 12.5,
  },
  {
    type: 13,
    path: '/dashboard/billing/credit_grants',
    body: { total_available: 13.5 },
    balance: 13.5,
  },
  {
    type: 20,
    path: '/v1/credits',
    body: { data: { total_credits: 30, total_usage: 10 } },
    balance: 20,
  },
  {
    type: 36,
    path: '/user/balance',
    body: { is_available: true, balance_infos: [{ currency: 'CNY', total_balance: '110.00' }] },
    balance: 110,
  },
  {
    type: 44,
    path: '/v1/user/info',
    body: { code: 20000, message: 'OK', status: true, data: { totalBalance: '88.88' } },
    balance: 88.88,
  },
] as const;

describe('balances of channels', () => {
  let upstream: Server;
  let upstreamUrl: string;
  let gateway: Gateway;
  let admin: AdminClient;
  /** Emptied by the test that wants it so. */
  let isDeepSeekEmpty = false;

  beforeAll(async () => {
    upstream = createServer((request, response) => {
      const { status, body } = answer(request);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    upstreamUrl = `http://127.0.0.1:${String((upstream.address() as AddressInfo).port)}`;
    gateway = await startGateway({ env: { CHANNEL_UPDATE_FREQUENCY: '1s' } });
    admin = await logIn(gateway.url);
  });
  afterAll(async () => {
    await gateway.stop();
    await new Promise((resolve) => upstream.close(resolve));
  });

  /** Each provider lives behind a path of its own: `/36/user/balance`. */
  function answer(request: IncomingMessage): { status: number; body: unknown } {
    const [, type = '', path = ''] = /^\/(\d+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const key = request.headers['api-key'] ?? request.headers.authorization;
    if (type === '10' ? key !== 'sk-full' : type !== '5' && key !== 'Bearer sk-full')
      return { status: 401, body: { error: 'wrong key' } };
    if (path.startsWith('/v1/dashboard/billing/usage?start_date=2'))
      return { status: 200, body: { total_usage: 1250 } };
    const provider = providers.find((each) => String(each.type) === type && each.path === path);
    if (provider === undefined) return { status: 404, body: {} };
    if (type === '36' && isDeepSeekEmpty)
      return { status: 200, body: { balance_infos: [{ currency: 'CNY', total_balance: '0' }] } };
    return { status: 200, body: provider.body };
  }

  function createChannel(type: number, { name = `type ${String(type)}`, key = 'sk-full' } = {}) {
    return admin.createChannel({
      name,
      baseUrl: `${upstreamUrl}/${String(type)}`,
      models: 'gpt-4o',
      type,
      key,
    });
  }

  it.each(providers)(
    'of type $type is $balance when it is asked for',
    async ({ type, balance }) => {
      const { id } = await createChannel(type);
      const response = await fetch(`${gateway.url}/api/channel/update_balance/${String(id)}`, {
        headers: { authorization: admin.accessToken },
      });

      expect(await response.json()).toEqual({ success: true, message: '', balance });
      const stored = await admin.getChannel(id);
      expect(stored).toMatchObject({ balance, status: 1 });
      expect(stored['balance_updated_time']).toBeGreaterThan(1_700_000_000);
    },
  );

  it('says so where the upstream refuses the key, or the type has none', async () => {
    const refused = await createChannel(36, { name: 'refused', key: 'sk-wrong' });
    await expect(
      admin.call('GET', `/api/channel/update_balance/${String(refused.id)}`),
    ).rejects.toThrow('status code: 401');
    const azure = await createChannel(3);
    await expect(
      admin.call('GET', `/api/channel/update_balance/${String(azure.id)}`),
    ).rejects.toThrow('tell no balance');
  });

  it('are kept up to date by the schedule, which disables a channel that has nothing left', async () => {
    const { id } = await createChannel(44, { name: 'never asked by hand' });
    await waitFor('the schedule', async () => (await admin.getChannel(id))['balance'] === 88.88);
    const rows = (await admin.call('GET', '/api/channel/?page_size=100')) as {
      id: number;
      type: number;
      key: string;
      name: string;
    }[];
    const deepSeek = rows.find(({ name }) => name === 'type 36');
    isDeepSeekEmpty = true;

    await waitFor('status 3', async () => (await admin.getChannel(deepSeek!.id)).status === 3);
    expect(await admin.getChannel(deepSeek!.id)).toMatchObject({ balance: 0 });
    expect((await admin.getChannel(id)).status).toBe(1);
  });
});
