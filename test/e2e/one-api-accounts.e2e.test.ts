import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  createOneApiClient,
  listShapeFaults,
  type OneApiClient,
} from '../support/one-api-client.ts';
import { startGateway, type Gateway } from '../support/start-gateway.mjs';

jest.setTimeout(60_000);

type User = Record<string, unknown> & { id: number; quota: number };
type Token = Record<string, unknown> & { id: number; key: string };

let gateway: Gateway;
let guest: OneApiClient;
let root: OneApiClient;
let admin: OneApiClient;
let alice: OneApiClient;

beforeAll(async () => {
  gateway = await startGateway({ env: { GLOBAL_API_RATE_LIMIT: '0' } });
  guest = createOneApiClient(gateway.url);
  root = await logIn('root', '123456');
  for (const username of ['admin1', 'alice1'])
    await root.data('POST', '/api/user/', { username, password: 'correct horse' });
  await root.data('POST', '/api/user/manage', { username: 'admin1', action: 'promote' });
  admin = await logIn('admin1', 'correct horse');
  alice = await logIn('alice1', 'correct horse');
});
afterAll(() => gateway.stop());

/** As old scripts do: log in, take the cookie, take an access token. */
async function logIn(username: string, password: string): Promise<OneApiClient> {
  const { headers, body } = await guest.send('POST', '/api/user/login', { username, password });
  expect(listShapeFaults('user', body!.data)).toEqual([]);
  const cookie = headers.getSetCookie()[0]!.split(';')[0]!;
  expect(cookie).toMatch(/^session=/);
  const session = createOneApiClient(gateway.url, { cookie });
  const token = await session.data<string>('GET', '/api/user/token');
  expect(token).toMatch(/^[0-9a-f]{32}$/);
  return createOneApiClient(gateway.url, { authorization: token });
}

describe('a script for One API, at the front door', () => {
  it('reads what everybody may', async () => {
    const status = await guest.data('GET', '/api/status');
    expect(listShapeFaults('status', status)).toEqual([]);
    for (const path of ['/api/notice', '/api/about', '/api/home_page_content'])
      expect(await guest.data('GET', path)).toBe('');
  });

  it('is told that it is nobody with 401, and that it may not with 200', async () => {
    for (const path of ['/api/user/self', '/api/token/', '/api/channel/', '/api/option/']) {
      const { status, body } = await guest.send('GET', path);
      expect([path, status, body?.success]).toEqual([path, 401, false]);
    }
    for (const path of ['/api/user/', '/api/channel/', '/api/log/', '/api/group/'])
      expect(await alice.refused('GET', path)).toBe('role_too_low');
    expect(await admin.refused('GET', '/api/option/')).toBe('role_too_low');
    const wrong = createOneApiClient(gateway.url, { authorization: 'f'.repeat(32) });
    expect(await wrong.refused('GET', '/api/user/self')).toBe('invalid_access_token');
    const key = createOneApiClient(gateway.url, { authorization: 'Bearer sk-abc' });
    expect(await key.refused('GET', '/api/user/self')).toBe('invalid_access_token');
  });

  it('finds the same 404 for what is not there, with any method', async () => {
    for (const [method, path] of [
      ['GET', '/api/nothing'],
      ['PATCH', '/api/token/'],
      ['DELETE', '/api/status'],
    ] as const) {
      const { status, body } = await root.send(method, `${path}?q=1`);
      expect([status, body]).toEqual([
        404,
        {
          error: {
            message: `Invalid URL (${method} ${path})`,
            type: 'invalid_request_error',
            param: '',
            code: '',
          },
        },
      ]);
    }
  });

  it('may end paths with a slash or not, without a redirect', async () => {
    for (const path of ['/api/user', '/api/user/', '/api/user/self', '/api/user/self/'])
      expect((await root.send('GET', path)).status).toBe(200);
    expect((await root.send('GET', '/api/log/self/?p=0')).body?.success).toBe(true);
  });

  it('logs in with the right password only, and out', async () => {
    for (const [username, password] of [
      ['root', 'wrong password'],
      ['nobody', '123456'],
      ['', ''],
    ])
      await guest.refused('POST', '/api/user/login', { username, password });
    await guest.refused('POST', '/api/user/login', '{"username":');
    await guest.data('GET', '/api/user/logout');
  });
});

describe('a script for One API, with its own account', () => {
  it('reads and edits it', async () => {
    const self = await alice.data<User>('GET', '/api/user/self');
    expect(listShapeFaults('user', self)).toEqual([]);
    expect(self).toMatchObject({ username: 'alice1', role: 1, password: '', access_token: '' });
    expect(await alice.data('PUT', '/api/user/self', { display_name: 'Alice' })).toBeUndefined();
    expect(await alice.data('GET', '/api/user/self')).toMatchObject({ display_name: 'Alice' });
    await alice.refused('PUT', '/api/user/self', { password: 'short' });
    await alice.refused('PUT', '/api/user/self', { username: 'root' });
    await alice.refused('PUT', '/api/user/self', 'not json');
  });

  it('reads statistics and models', async () => {
    expect(await alice.data('GET', '/api/user/dashboard')).toEqual([]);
    expect(await alice.data('GET', '/api/user/available_models')).toEqual([]);
    const models = await alice.data<Record<string, unknown>>('GET', '/api/models');
    expect(Object.keys(models)).toEqual(expect.arrayContaining(['1', '14', '51']));
    expect(models['43']).toBeNull();
  });

  it('makes, reads, searches, edits and deletes tokens', async () => {
    const token = await alice.data<Token>('POST', '/api/token/', {
      name: 'script',
      remain_quota: 100,
      expired_time: 0,
    });
    expect(listShapeFaults('token', token)).toEqual([]);
    expect(token).toMatchObject({ status: 1, expired_time: -1, models: null, subnet: '' });
    expect(token.key).toMatch(/^[A-Za-z0-9]{48}$/);

    expect(await alice.data('GET', `/api/token/${token.id}`)).toEqual(token);
    expect(await alice.data('GET', '/api/token/search?keyword=scr')).toEqual([token]);
    expect(await alice.data('GET', '/api/token/search?keyword=ript')).toEqual([]);
    const path = `/api/token/?status_only=true`;
    expect(await alice.data('PUT', path, { id: token.id, status: 2 })).toMatchObject({ status: 2 });
    expect(
      await alice.data('PUT', '/api/token/', { ...token, name: 'other', models: 'gpt-4o' }),
    ).toMatchObject({ name: 'other', status: expect.any(Number), models: 'gpt-4o' });
    expect(await alice.data('DELETE', `/api/token/${token.id}/`)).toBeUndefined();
    await alice.refused('GET', `/api/token/${token.id}`);
    await alice.refused('DELETE', `/api/token/${token.id}`);
  });

  it('is refused bad tokens, and those of others', async () => {
    const [first] = await root.data<Token[]>('GET', '/api/token/');
    const foreign = first ?? (await root.data<Token>('POST', '/api/token/', { name: 'mine' }));
    await alice.refused('GET', `/api/token/${foreign.id}`);
    await alice.refused('PUT', '/api/token/', { id: foreign.id, name: 'stolen' });
    await alice.refused('DELETE', `/api/token/${foreign.id}`);
    for (const bad of [
      { name: 'x'.repeat(31) },
      { subnet: '10.0.0.0/99' },
      { remain_quota: '5' },
      { unlimited_quota: 1 },
    ])
      await alice.refused('POST', '/api/token/', bad);
    await alice.refused('GET', '/api/token/abc');
    await alice.refused('PUT', '/api/token/', { name: 'no id' });
  });

  it('leafs through lists of ten, by pages from zero', async () => {
    for (let count = 0; count < 12; count += 1)
      await admin.data('POST', '/api/token/', { name: `t${count}`, remain_quota: count });
    const first = await admin.data<Token[]>('GET', '/api/token/?p=0');
    const second = await admin.data<Token[]>('GET', '/api/token/?p=1');
    expect(first).toHaveLength(10);
    expect(first[0]!.id).toBeGreaterThan(first[9]!.id);
    expect(second.length).toBeGreaterThanOrEqual(2);
    expect(await admin.data('GET', '/api/token/?p=99')).toEqual([]);
    for (const p of ['-1', 'x', '1.5'])
      expect(await admin.data('GET', `/api/token/?p=${p}`)).toEqual(first);
    const ordered = await admin.data<Token[]>('GET', '/api/token/?order=remain_quota');
    const numbers = ordered.filter((row) => row['unlimited_quota'] !== true);
    expect(numbers[0]).toMatchObject({ name: 't11' });
  });
});

describe('a script for One API, over accounts', () => {
  it('lists, searches and reads them without secrets', async () => {
    const list = await admin.data<User[]>('GET', '/api/user/');
    expect(list.map((user) => user['username'])).toEqual(['alice1', 'admin1', 'root']);
    for (const user of list) {
      expect(listShapeFaults('user', user)).toEqual([]);
      expect([user['password'], user['access_token']]).toEqual(['', '']);
    }
    const found = await admin.data<User[]>('GET', '/api/user/search?keyword=ali');
    expect(found.map((user) => user['username'])).toEqual(['alice1']);
    expect(await admin.data('GET', `/api/user/${found[0]!.id}`)).toMatchObject({ role: 1 });
    await admin.refused('GET', '/api/user/1');
    await admin.refused('GET', '/api/user/999');
    for (const order of ['quota', 'used_quota', 'request_count', 'nonsense'])
      expect(await admin.data('GET', `/api/user/?order=${order}`)).toHaveLength(3);
  });

  it('makes, edits, manages and deletes them', async () => {
    const bob = { username: 'bob1', password: 'correct horse' };
    expect(await admin.data('POST', '/api/user/', bob)).toBeUndefined();
    const [{ id }] = (await admin.data<User[]>('GET', '/api/user/search?keyword=bob1')) as [User];
    await admin.refused('POST', '/api/user/', bob);
    await admin.refused('POST', '/api/user/', { ...bob, username: 'bob2', role: 100 });
    await admin.refused('POST', '/api/user/', { username: 'x'.repeat(13), password: bob.password });

    await admin.data('PUT', '/api/user/', { id, quota: 5000, group: 'vip' });
    expect(await admin.data('GET', `/api/user/${id}`)).toMatchObject({ quota: 5000, group: 'vip' });
    await admin.data('POST', '/api/topup', { user_id: id, quota: 250, remark: 'shop' });
    expect(await admin.data('GET', `/api/user/${id}`)).toMatchObject({ quota: 5250 });
    await admin.refused('POST', '/api/topup', { user_id: 999, quota: 1 });
    await admin.refused('PUT', '/api/user/', { id, role: 10 });

    const manage = (action: string) => ({ username: 'bob1', action });
    expect(await admin.data('POST', '/api/user/manage', manage('disable'))).toMatchObject({
      role: 1,
      status: 2,
    });
    await guest.refused('POST', '/api/user/login', bob);
    await admin.data('POST', '/api/user/manage', manage('enable'));
    await admin.refused('POST', '/api/user/manage', manage('promote'));
    await root.data('POST', '/api/user/manage', manage('promote'));
    await root.data('POST', '/api/user/manage', manage('demote'));
    await admin.refused('POST', '/api/user/manage', { username: 'root', action: 'delete' });

    expect((await admin.send('DELETE', `/api/user/${id}`)).status).toBe(200);
    await guest.refused('POST', '/api/user/login', bob);
    await admin.data('POST', '/api/user/', bob);
    await root.refused('DELETE', '/api/user/self');
  });
});
