import { beforeEach, describe, expect, it } from '@jest/globals';
import { apiTokenStatuses, userStatuses } from '@turnpike/core';
import { userSchema } from '@turnpike/core/contract';
import { openMaster, PASSWORD, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
});

describe('the own account', () => {
  it('is shown without password and access token', async () => {
    const { body } = await test.as('alice').get('/api/user/self');

    expect(userSchema.strict().parse(body.data)).toMatchObject({
      username: 'alice',
      quota: 1000,
      group: 'default',
      quota_version: 1,
    });
    expect(JSON.stringify(body)).not.toContain(test.users.rows.get(3)?.accessToken);
  });

  it('is changed where a field is given, and nowhere else', async () => {
    const { passwordHash } = test.users.rows.get(3)!;
    const input = { username: '', display_name: 'Alice', password: '', role: 100, quota: 9 };
    const { body } = await test.as('alice').put('/api/user/self').send(input);

    expect(body).toEqual({ success: true, message: '' });
    expect(test.users.rows.get(3)).toMatchObject({
      ...{ username: 'alice', displayName: 'Alice', role: 1, quota: 1000, passwordHash },
    });
    expect(test.announced).toEqual([{ userIds: [3], apiTokenIds: [] }]);
  });

  it.each([
    [{ password: 'short' }, "'password' must have at least 8 characters"],
    [{ username: 'a name that is far too long' }, "'username' must have 1 to 12 characters"],
    [{ display_name: 5 }, "'display_name' must be text"],
  ])('refuses %j and says why', async (input, reason) => {
    const { body } = await test.as('alice').put('/api/user/self').send(input);

    expect(body).toMatchObject({ success: false, code: 'invalid_parameter' });
    expect(body.message).toContain(reason);
  });

  it('cannot take the name of somebody else', async () => {
    const { body } = await test.as('alice').put('/api/user/self').send({ username: 'admin' });

    expect(body.code).toBe('name_taken');
  });

  it('can be deleted, but not that of root', async () => {
    expect((await test.as('root').delete('/api/user/self')).body.code).toBe('root_protected');
    expect((await test.as('alice').delete('/api/user/self')).body.success).toBe(true);
    expect(test.users.rows.get(3)?.status).toBe(userStatuses.deleted);
  });

  it.each(['get', 'post'] as const)(
    'gets a new access token by %s; the old one is gone',
    async (method) => {
      const old = test.users.rows.get(3)?.accessToken ?? '';
      const { body } = await test.as('alice')[method]('/api/user/token');

      expect(body.data).toMatch(/^[0-9a-f]{32}$/);
      expect(body.data).toBe(test.users.rows.get(3)?.accessToken);
      const withOld = test.anonymous.get('/api/user/self').set('authorization', old);
      expect((await withOld).body.code).toBe('invalid_access_token');
      expect(JSON.stringify(test.audit)).not.toContain(body.data);
    },
  );

  it('has a dashboard that is a list, even when it is empty, of seven days', async () => {
    expect((await test.as('alice').get('/api/user/dashboard')).body.data).toEqual([]);
    expect(test.usage.asked).toEqual([
      { userId: 3, since: Date.parse('2023-11-08T00:00:00.000Z') / 1000 },
    ]);
  });

  it('knows which models its group may use', async () => {
    await test.channels.createMany([
      { key: 'a', models: 'gpt-4o,gpt-4', group: 'default,vip' },
      { key: 'b', models: 'o1', group: 'default', status: 2 },
      { key: 'c', models: 'claude-3', group: 'vip' },
      { key: 'd', models: '', group: 'default' },
    ]);

    const { body } = await test.as('alice').get('/api/user/available_models');
    expect(body.data).toEqual(['gpt-4', 'gpt-4o']);
  });

  it('sees what each type of channel offers', async () => {
    const { body } = await test.as('alice').get('/api/models');

    expect(body.data).toEqual({ 1: ['gpt-4o'], 43: null });
  });
});

describe('a new account', () => {
  it('gets the gift, its log row and a token that never runs out', async () => {
    test.stored['QuotaForNewUser'] = '5000';
    const input = { username: 'bob', password: PASSWORD, role: 1, quota: 77, group: 'vip' };
    const { body } = await test.as('admin').post('/api/user/').send(input);

    expect(body).toEqual({ success: true, message: '' });
    const bob = test.users.rows.get(4)!;
    expect(bob).toMatchObject({ username: 'bob', role: 1, quota: 5000, group: 'default' });
    expect(bob.displayName).toBe('bob');
    expect(bob.affCode).toMatch(/^[0-9a-zA-Z]{4}$/);
    expect(bob.accessToken).toMatch(/^[0-9a-f]{32}$/);
    expect(test.logs.rows).toMatchObject([{ type: 4, user_id: 4 }]);
    const token = [...test.apiTokens.rows.values()][0]!;
    expect(token).toMatchObject({
      ...{ userId: 4, name: 'default', unlimitedQuota: true, remainQuota: -1, expiredTime: -1 },
      status: apiTokenStatuses.enabled,
    });
    expect(token.key).toMatch(/^[0-9a-zA-Z]{48}$/);
  });

  it('takes another invitation code when its own is taken', async () => {
    const { errors } = await import('@turnpike/core');
    const create = test.users.create.bind(test.users);
    let calls = 0;
    test.users.create = (user) => {
      calls += 1;
      return calls < 3 ? Promise.reject(errors.conflict()) : create(user);
    };
    const input = { username: 'bob', password: PASSWORD };

    expect((await test.as('admin').post('/api/user/').send(input)).body.success).toBe(true);
    expect(calls).toBe(3);
  });

  it('has an invitation code, made where there is none', async () => {
    expect((await test.as('alice').get('/api/user/aff')).body.data).toBe('alice');
    test.users.rows.get(3)!.affCode = '';

    const { body } = await test.as('alice').get('/api/user/aff');

    expect(body.data).toMatch(/^[0-9a-zA-Z]{4}$/);
    expect((await test.as('alice').get('/api/user/aff')).body.data).toBe(body.data);
  });

  it('cannot raise its own limits', async () => {
    await test.as('alice').put('/api/user/self').send({ quota_per_day: 5, concurrency: 9 });

    expect(test.users.rows.get(3)?.limits).toBeUndefined();
  });
});
