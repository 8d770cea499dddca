import { expect } from '@jest/globals';
import { listShapeFaults } from '../one-api-client.ts';
import { no, ok, type Findings, type Step } from './step.ts';

type Row = Record<string, unknown> & { id: number };

const hasLength =
  (length: number): Step['check'] =>
  ({ data }) => {
    expect(data).toHaveLength(length);
  };
const matches =
  (expected: object): Step['check'] =>
  ({ data }) => {
    expect(data).toMatchObject(expected);
  };
const noteFirst =
  (name: string) =>
  ({ data }: { data?: unknown }, found: Findings): void => {
    found[name] = (data as Row[])[0]!.id;
  };

/** Accounts, as administrators see and change them. */
export const userSteps: readonly Step[] = [
  ok('admin', 'GET /api/user/?p=0', undefined, ({ data }) => {
    for (const user of data as Row[]) {
      expect(listShapeFaults('user', user)).toEqual([]);
      expect([user['password'], user['access_token']]).toEqual(['', '']);
    }
  }),
  ok('admin', 'GET /api/user/?p=99', undefined, hasLength(0)),
  ...['quota', 'used_quota', 'request_count', 'nonsense'].map((order) =>
    ok('admin', `GET /api/user/?order=${order}`),
  ),
  ok('admin', 'GET /api/user/search?keyword=bob', undefined, noteFirst('bob')),
  ok('admin', 'GET /api/user/search?keyword=nobody', undefined, hasLength(0)),
  ok('admin', 'GET /api/user/{bob}', undefined, matches({ username: 'bob', role: 1 })),
  no('admin', 'GET /api/user/1'),
  no('admin', 'GET /api/user/99999'),
  no('admin', 'GET /api/user/abc'),
  no('admin', 'POST /api/user/', { username: 'bob', password: 'correct horse' }),
  no('admin', 'POST /api/user/', { username: 'fred', password: 'correct horse', role: 100 }),
  ok('admin', 'POST /api/user/', { username: 'fred', password: 'correct horse' }),
  ok('admin', 'PUT /api/user/', { id: '{bob}', quota: 5000, group: 'vip' }),
  ok('admin', 'GET /api/user/{bob}/', undefined, matches({ quota: 5000, group: 'vip' })),
  no('admin', 'PUT /api/user/', { id: '{bob}', role: 10 }),
  no('admin', 'PUT /api/user/', { id: '{bob}', quota: 'much' }),
  no('admin', 'PUT /api/user/', { username: 'no id' }),
  ok('admin', 'POST /api/topup', { user_id: '{bob}', quota: 250, remark: 'shop' }),
  no('admin', 'POST /api/topup', { user_id: '{bob}', quota: -1 }),
  no('admin', 'POST /api/topup', { user_id: 99999, quota: 1 }),
  ok('bob', 'GET /api/user/self', undefined, matches({ quota: 5250 })),
  ok('admin', 'POST /api/user/manage', { username: 'fred', action: 'disable' }, ({ data }) => {
    expect(data).toMatchObject({ role: 1, status: 2, username: '' });
  }),
  no('guest', 'POST /api/user/login', { username: 'fred', password: 'correct horse' }),
  ok('admin', 'POST /api/user/manage', { username: 'fred', action: 'enable' }),
  no('admin', 'POST /api/user/manage', { username: 'fred', action: 'promote' }),
  ok(
    'root',
    'POST /api/user/manage',
    { username: 'fred', action: 'promote' },
    matches({ role: 10 }),
  ),
  ok('root', 'POST /api/user/manage', { username: 'fred', action: 'demote' }, matches({ role: 1 })),
  no('admin', 'POST /api/user/manage', { username: 'root', action: 'delete' }),
  ok('admin', 'POST /api/user/manage', { username: 'fred', action: 'delete' }),
  no('root', 'DELETE /api/user/self'),
];

/** A client's keys. */
export const tokenSteps: readonly Step[] = [
  ok(
    'bob',
    'POST /api/token/',
    { name: 'script', remain_quota: 100, expired_time: 0 },
    (body, found) => {
      const token = body.data as Row;
      expect(listShapeFaults('token', token)).toEqual([]);
      expect(token).toMatchObject({ status: 1, expired_time: -1, models: null, subnet: '' });
      expect(token['key']).toMatch(/^[A-Za-z0-9]{48}$/);
      found['token'] = token.id;
    },
  ),
  ok('bob', 'GET /api/token/{token}', undefined, matches({ name: 'script' })),
  no('alice', 'GET /api/token/{token}'),
  no('alice', 'PUT /api/token/', { id: '{token}', name: 'stolen' }),
  no('alice', 'DELETE /api/token/{token}'),
  no('bob', 'GET /api/token/abc'),
  ...[
    { name: 'x'.repeat(31) },
    { subnet: '10.0.0.0/99' },
    { remain_quota: '5' },
    { unlimited_quota: 1 },
  ].map((bad) => no('bob', 'POST /api/token/', bad)),
  no('bob', 'PUT /api/token/', { name: 'no id' }),
  ok('bob', 'GET /api/token/search?keyword=scr', undefined, hasLength(1)),
  ok('bob', 'GET /api/token/search?keyword=ript', undefined, hasLength(0)),
  ok('bob', 'GET /api/token/?p=0&order=remain_quota', undefined, hasLength(2)),
  ok('bob', 'GET /api/token/?p=-1&order=used_quota', undefined, hasLength(2)),
  ok(
    'bob',
    'PUT /api/token/?status_only=true',
    { id: '{token}', status: 2 },
    matches({ status: 2 }),
  ),
  ok(
    'bob',
    'PUT /api/token/',
    { id: '{token}', name: 'new', models: 'gpt-4o' },
    matches({ models: 'gpt-4o' }),
  ),
  ok('bob', 'DELETE /api/token/{token}/'),
  no('bob', 'GET /api/token/{token}'),
];

/** Redemption codes, and who redeems them. */
export const redemptionSteps: readonly Step[] = [
  ok(
    'admin',
    'POST /api/redemption/',
    { name: 'gift', quota: 700, count: 2 },
    ({ data }, found) => {
      const codes = data as string[];
      expect(codes).toEqual([expect.stringMatching(/^\w{32}$/), expect.stringMatching(/^\w{32}$/)]);
      found['code'] = codes[0]!;
    },
  ),
  no('admin', 'POST /api/redemption/', { name: '', quota: 1, count: 1 }),
  no('admin', 'POST /api/redemption/', { name: 'many', quota: 1, count: 101 }),
  no('admin', 'POST /api/redemption/', { name: 'none', quota: 1 }),
  ok('admin', 'GET /api/redemption/?p=0', undefined, hasLength(2)),
  ok('admin', 'GET /api/redemption/search?keyword=gi', undefined, noteFirst('redemption')),
  ok('admin', 'GET /api/redemption/{redemption}', undefined, matches({ status: 1, quota: 700 })),
  ok('bob', 'POST /api/user/topup', { key: '{code}' }, ({ data }) => {
    expect(data).toBe(700);
  }),
  no('bob', 'POST /api/user/topup', { key: '{code}' }),
  no('bob', 'POST /api/user/topup', { key: '' }),
  no('bob', 'POST /api/user/topup', { key: 'nobody made this' }),
  ok('bob', 'GET /api/user/self', undefined, matches({ quota: 5950 })),
  ok('admin', 'PUT /api/redemption/', { id: '{redemption}', name: 'other', quota: 5 }),
  ok(
    'admin',
    'PUT /api/redemption/?status_only=true',
    { id: '{redemption}', status: 2 },
    matches({ status: 2 }),
  ),
  no('admin', 'PUT /api/redemption/', { id: 99999, name: 'x' }),
  ok('admin', 'DELETE /api/redemption/{redemption}'),
  no('admin', 'DELETE /api/redemption/{redemption}'),
  no('admin', 'GET /api/redemption/abc'),
];
