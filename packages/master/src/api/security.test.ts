import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Logger } from '@turnpike/core';
import { managementRoutes, type Route } from '@turnpike/core/contract';
import { openFilledMaster, sentinel } from '../testing/open-filled-master.ts';
import type { TestMaster } from '../testing/open-master.ts';
import { goodCalls } from '../testing/route-calls.ts';
import { authorizationOf, sendGoodCall } from '../testing/send-good-call.ts';

let test: TestMaster;
let logged: string[];
beforeEach(async () => {
  logged = [];
  const note = (...parts: unknown[]) => void logged.push(inspect(parts, { depth: 9 }));
  const logger: Logger = { debug: note, info: note, warn: note, error: note, fatal: note };
  test = await openFilledMaster({}, { logger });
});
afterEach(() => test.master.stop());

const named = (routes: readonly Route[]) => routes.map((route) => [route.id, route] as const);
const state = () =>
  JSON.stringify([
    ...[test.users, test.channels, test.apiTokens].map(({ rows }) => [...rows.values()]),
    test.stored,
    test.ledger.entries,
  ]);
const rowOf = (id: number) => ({ ...test.users.rows.get(id)! });

/** Everything that an account must not be able to give itself. */
const greed = {
  ...{ role: 100, status: 1, group: 'svip', quota: 1e12, quotaDelta: 1e12, used_quota: -5 },
  ...{
    access_token: 'f'.repeat(32),
    aff_code: 'mine',
    inviter_id: 1,
    github_id: 'g',
    oidc_id: 'o',
  },
  ...{ user_id: 1, quota_version: 99, request_count: 0, is_root: true, limits: {} },
};

describe('an ordinary account', () => {
  const own = managementRoutes.filter(
    ({ role, method, body }) => role === 'common' && method !== 'get' && body !== undefined,
  );

  it.each(named(own))(
    'gains nothing from fields that are not its own to set: %s',
    async (id, route) => {
      const before = rowOf(3);
      const headers = authorizationOf(test, 'alice');
      await sendGoodCall(test, route, { headers, body: { ...greed, ...goodCalls[id]!.body } });

      const { role, status, group, quota, usedQuota, accessToken, affCode, githubId } = rowOf(3);
      expect({ role, status, group, quota, usedQuota, accessToken, affCode, githubId }).toEqual({
        ...{ role: before.role, status: before.status, group: before.group },
        // Redeeming a code adds what the code is worth, and nothing else.
        quota: before.quota + (id === 'accountTopUp' ? 50 : 0),
        ...{ usedQuota: before.usedQuota, accessToken: before.accessToken },
        ...{ affCode: before.affCode, githubId: before.githubId },
      });
      expect(test.apiTokens.rows.get(1)?.userId).toBe(3);
      expect([...test.apiTokens.rows.values()].every(({ userId }) => userId === 3)).toBe(true);
    },
  );

  const byId = managementRoutes.filter(({ id, role }) => {
    const { params, body } = goodCalls[id] ?? {};
    return (
      role === 'common' &&
      ((params !== undefined && 'id' in params) || (body !== undefined && 'id' in body))
    );
  });

  it.each(named(byId))('finds nothing of others by their ids: %s', async (_id, route) => {
    const before = state();
    const { body } = await sendGoodCall(test, route, { headers: authorizationOf(test, 'bob') });

    expect(body).toMatchObject({ success: false, code: 'not_found' });
    expect(JSON.stringify(body)).not.toContain('keyOfAlice');
    expect(state()).toBe(before);
  });

  it('reads no rows of others, whatever filter it sends', async () => {
    const headers = authorizationOf(test, 'bob');
    for (const path of ['/api/log/self', '/api/token/', '/api/log/self/search'])
      for (const filter of ['user_id=3', 'username=alice', 'userId=3', 'keyword=1'])
        expect((await test.as('bob').get(`${path}?${filter}`).set(headers)).body.data).toEqual([]);
  });
});

describe('an administrator', () => {
  const overUsers = managementRoutes.filter(
    ({ tag, params, body }) => tag === 'user' && (params !== undefined || body !== undefined),
  );

  it.each([1, 2])('has no power over accounts like the own or above (%i)', async (target) => {
    const headers = authorizationOf(test, 'admin');
    const before = rowOf(target);
    const others = overUsers.filter(({ id }) => id !== 'userCreate' && id !== 'userTopUp');
    expect(others.length).toBeGreaterThan(3);
    for (const route of others) {
      const { body: good } = goodCalls[route.id]!;
      const body = good && { ...greed, ...good, id: target };
      const answer = await sendGoodCall(test, route, {
        headers,
        params: { id: target },
        ...(body !== undefined && { body }),
      });
      expect([route.id, answer.body.success]).toEqual([route.id, false]);
    }
    expect(rowOf(target)).toEqual(before);
  });

  it.each([10, 100])('makes nobody an administrator (%i)', async (role) => {
    for (const [method, body] of [
      ['post', { username: 'mallory', password: 'mallorys secret', role }],
      ['put', { id: 3, role }],
    ] as const)
      await test.as('admin')[method]('/api/user/').send(body);

    expect([...test.users.rows.values()].filter((user) => user.role >= 10)).toHaveLength(2);
  });
});

describe('a page of another site', () => {
  const changing = managementRoutes.filter(
    ({ method, alsoPost, role }) => role !== 'api-token' && (method !== 'get' || alsoPost),
  );

  it.each(named(changing))('cannot use a visitor’s session: %s', async (_id, route) => {
    const login = await test.anonymous
      .post('/api/user/login')
      .send({ username: 'root', password: '123456' });
    const cookie = String(login.headers['set-cookie']).split(';')[0]!;
    const before = state();
    const methods = route.alsoPost ? [route.method, 'post'] : [route.method];

    for (const method of methods)
      for (const from of [
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site', origin: 'https://evil.localhost' },
        { origin: 'https://evil.example' },
        { origin: 'null' },
      ]) {
        const answer = await sendGoodCall(test, route, { method, headers: { cookie, ...from } });
        expect([answer.status, answer.body.code]).toEqual([403, 'cross_site_request']);
      }
    expect(state()).toBe(before);
  });
});

describe('an address in a query', () => {
  it('sends nobody anywhere', async () => {
    const bait = 'https://evil.example/';
    for (const route of managementRoutes) {
      const { headers } = await sendGoodCall(test, {
        ...route,
        path: `${route.path}?redirect=${bait}&redirect_uri=${bait}&next=${bait}&url=${bait}`,
      });
      expect([route.id, headers['location']]).toEqual([route.id, undefined]);
    }
    for (const path of ['//evil.example', '/api//evil.example', '/api/%2f%2fevil.example/..'])
      expect((await test.anonymous.get(path)).headers['location']).toBeUndefined();
  });
});

describe('a secret', () => {
  it('is in no answer, no line of the log and no trace', async () => {
    const accessTokens = [...test.users.rows.values()].map(({ accessToken }) => accessToken);
    test.probe.answer = (id) => Promise.reject(new Error(`probe of ${String(id)} broke`));
    const answers: string[] = [];
    let done = 0;
    // What removes things comes last.
    const routes = managementRoutes.toSorted(
      (a, b) => Number(a.method === 'delete') - Number(b.method === 'delete'),
    );
    for (const name of [undefined, 'bob', 'admin', 'root'])
      for (const route of routes) {
        if (route.id === 'accountRemove' || route.id === 'channelBatchRemove') continue;
        const headers = name === undefined ? {} : authorizationOf(test, name);
        const { body, text, headers: answered } = await sendGoodCall(test, route, { headers });
        answers.push(`${route.id} ${text} ${JSON.stringify(answered)}`);
        if (name === 'root' && body.success !== false) done += 1;
        if (route.id === 'userManage') test.users.rows.get(4)!.status = 1; // bob goes on
      }

    expect(done).toBeGreaterThan(45);
    const all = [...answers, ...logged, JSON.stringify(test.audit)];
    expect(logged.length).toBeGreaterThan(0);
    const secrets = [sentinel, 'keyOfAlice', '$2b$', 'correct horse', ...accessTokens];
    for (const secret of secrets) expect(all.filter((text) => text.includes(secret))).toEqual([]);
  }, 60_000); // some of these calls hash passwords
});
