import { beforeEach, describe, expect, it } from '@jest/globals';
import { userStatuses } from '@turnpike/core';
import { userSchema } from '@turnpike/core/contract';
import { openMaster, PASSWORD, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
});

const namesOf = (body: { data: { username: string }[] }) => body.data.map((user) => user.username);

describe('the list of users', () => {
  beforeEach(async () => {
    for (let index = 1; index <= 12; index += 1) await test.addUser(`user-${String(index)}`);
  });

  it('has ten on a page, newest first, and says nothing secret', async () => {
    const { body } = await test.as('admin').get('/api/user/?p=0');

    expect(body.data).toHaveLength(10);
    expect(namesOf(body)[0]).toBe('user-12');
    for (const user of body.data) userSchema.strict().parse(user);
    expect(JSON.stringify(body)).not.toContain('$2');
    expect(JSON.stringify(body)).not.toContain(test.users.rows.get(1)?.accessToken);
  });

  it.each([
    ['p=1', 5],
    ['p=2', 0],
    ['p=-1', 10],
    ['p=1.5', 10],
    ['p=x', 10],
    ['page_size=3', 3],
    ['page_size=3&p=4', 3],
    ['page_size=1000', 15],
    ['page_size=-3', 10],
    ['p=1&p=0', 5],
  ])('answers to ?%s a page of %i', async (query, count) => {
    expect((await test.as('admin').get(`/api/user/?${query}`)).body.data).toHaveLength(count);
  });

  it('can be ordered by balance', async () => {
    Object.assign(test.users.rows.get(7)!, { quota: 5000 });

    const { body } = await test.as('admin').get('/api/user/?order=quota');
    expect(namesOf(body)[0]).toBe('user-4');
    const { body: other } = await test.as('admin').get('/api/user/?order=password');
    expect(namesOf(other)[0]).toBe('user-12');
  });

  it('hides deleted accounts, the search shows them, oldest first', async () => {
    Object.assign(test.users.rows.get(4)!, { status: userStatuses.deleted });

    expect(namesOf((await test.as('admin').get('/api/user/?page_size=100')).body)).not.toContain(
      'user-1',
    );
    const { body } = await test.as('admin').get('/api/user/search?keyword=user-1');
    expect(namesOf(body)).toEqual(['user-1', 'user-10', 'user-11', 'user-12']);
  });
});

describe('one user', () => {
  it('is shown to those above, and to root', async () => {
    expect((await test.as('admin').get('/api/user/3')).body.data.username).toBe('alice');
    expect((await test.as('admin').get('/api/user/1')).body.code).toBe('higher_role_needed');
    expect((await test.as('root').get('/api/user/1')).body.data.username).toBe('root');
    expect((await test.as('admin').get('/api/user/99')).body.code).toBe('not_found');
    expect((await test.as('admin').get('/api/user/x')).body.code).toBe('invalid_parameter');
  });

  it.each([
    [{ username: '', password: PASSWORD }],
    [{ username: ' bob', password: PASSWORD }],
    [{ username: 'a-name-too-long', password: PASSWORD }],
    [{ username: 'bob', password: 'short' }],
    [{ username: 'bob', password: 'x'.repeat(21) }],
    [{ username: 'bob' }],
    [{ password: PASSWORD }],
  ])('is not created from %j', async (input) => {
    const { body } = await test.as('admin').post('/api/user/').send(input);

    expect(body.code).toBe('invalid_parameter');
    expect(test.users.rows.size).toBe(3);
  });

  it('cannot be created twice, or with a role like the own', async () => {
    const create = (input: object) =>
      test
        .as('admin')
        .post('/api/user/')
        .send({ password: PASSWORD, ...input });

    expect((await create({ username: 'alice' })).body.code).toBe('name_taken');
    expect((await create({ username: 'bob', role: 10 })).body.code).toBe('higher_role_needed');
  });

  it('is deleted softly, by those above only', async () => {
    const remove = async (caller: string, id: number) =>
      (await test.as(caller).delete(`/api/user/${String(id)}/`)).body;

    expect(await remove('admin', 2)).toMatchObject({ code: 'higher_role_needed' });
    expect(await remove('admin', 1)).toMatchObject({ code: 'root_protected' });
    expect(await remove('root', 1)).toMatchObject({ code: 'root_protected' });
    expect(await remove('admin', 3)).toEqual({ success: true, message: '' });
    expect(test.users.rows.get(3)?.status).toBe(userStatuses.deleted);
    expect(test.announced).toContainEqual({ userIds: [3], apiTokenIds: [] });
  });
});

describe('an edit of a user', () => {
  const edit = async (caller: string, input: object, version?: string) => {
    const call = test.as(caller).put('/api/user/');
    if (version !== undefined) call.set('if-match', version);
    return call.send(input);
  };

  it('writes the given fields and no others', async () => {
    const { passwordHash } = test.users.rows.get(3)!;
    const input = { id: 3, display_name: 'A', email: 'a@b.c', group: 'vip', password: '' };
    const mass = { access_token: 'x'.repeat(32), aff_code: 'zz', used_quota: 5, github_id: 'g' };
    const { body } = await edit('admin', { ...input, ...mass });

    expect(body).toEqual({ success: true, message: '' });
    expect(test.users.rows.get(3)).toMatchObject({
      ...{ displayName: 'A', email: 'a@b.c', group: 'vip', passwordHash, affCode: 'alice' },
      ...{ username: 'alice', quota: 1000, usedQuota: 0, githubId: '', role: 1, status: 1 },
    });
    expect(test.audit.at(-1)).toMatchObject({
      action: 'user.update',
      targetId: '3',
      username: 'admin',
      details: { group: { from: 'default', to: 'vip' } },
    });
  });

  it('treats a blank name, role 0 and status 0 as not given', async () => {
    await edit('admin', { id: 3, username: '', role: 0, status: 0, group: '' });

    expect(test.users.rows.get(3)).toMatchObject({ username: 'alice', role: 1, status: 1 });
    expect(test.audit).toEqual([]);
  });

  it('keeps a name that is longer than new ones may be', async () => {
    Object.assign(test.users.rows.get(3)!, { username: 'a name of another time' });
    const same = await edit('admin', { id: 3, username: 'a name of another time', email: 'x' });
    const other = await edit('admin', { id: 3, username: 'a name of another day' });

    expect(same.body.success).toBe(true);
    expect(other.body.code).toBe('invalid_parameter');
  });

  it('gives nobody the address of somebody else', async () => {
    await edit('admin', { id: 3, email: 'alice@example.com' });
    const taken = await edit('root', { id: 2, email: 'Alice@example.com' });
    expect(taken.body).toMatchObject({ success: false, code: 'email_taken' });
    expect(test.users.rows.get(2)?.email).toBe('');

    expect((await edit('root', { id: 3, email: 'alice@example.com' })).body.success).toBe(true);
    expect((await edit('root', { id: 3, email: '' })).body.success).toBe(true);
    expect((await edit('root', { id: 2, email: '' })).body.success).toBe(true);
  });

  it('does not repeat a secret in the audit log', async () => {
    await edit('admin', { id: 3, password: 'a new password' });

    expect(test.audit.at(-1)?.details).toEqual({ password: 'changed' });
  });

  it.each([
    ['admin', { id: 1, display_name: 'x' }, 'higher_role_needed'],
    ['admin', { id: 2, display_name: 'x' }, 'higher_role_needed'],
    ['admin', { id: 3, role: 10 }, 'higher_role_needed'],
    ['admin', { id: 3, role: 100 }, 'higher_role_needed'],
    ['root', { id: 1, role: 1 }, 'root_protected'],
    ['root', { id: 1, status: 2 }, 'root_protected'],
    ['root', { id: 3, status: 3 }, 'invalid_parameter'],
    ['root', { id: 3, role: 5 }, 'invalid_parameter'],
    ['root', { id: 99, display_name: 'x' }, 'not_found'],
    ['root', { display_name: 'x' }, 'invalid_parameter'],
    ['root', { id: 3, username: 'admin' }, 'name_taken'],
  ])('by %s of %j is refused: %s', async (caller, input, code) => {
    expect((await edit(caller, input)).body.code).toBe(code);
    expect(test.audit).toEqual([]);
  });

  it('of the role is for those above it', async () => {
    expect((await edit('root', { id: 3, role: 10 })).body.success).toBe(true);
    expect(test.users.rows.get(3)?.role).toBe(10);
  });
});

describe('an edit of a balance', () => {
  const edit = (input: object) =>
    test
      .as('admin')
      .put('/api/user/')
      .send({ id: 3, ...input });

  it('sets it, with a ledger entry and a log row, and tells the relays', async () => {
    expect((await edit({ quota: 3000 })).body.success).toBe(true);

    expect(test.users.rows.get(3)?.quota).toBe(3000);
    expect(test.ledger.entries).toMatchObject([{ delta: 2000, account: { kind: 'user', id: 3 } }]);
    expect(test.logs.rows).toMatchObject([{ type: 3, user_id: 3, username: 'alice' }]);
    expect(test.logs.rows[0]?.content).toContain('from ＄0.002000 to ＄0.006000');
    expect(test.announced).toEqual([{ userIds: [3], apiTokenIds: [] }]);
  });

  it('can set it to zero, and leaves it alone where it is absent or the same', async () => {
    await edit({ display_name: 'x' });
    await edit({ quota: 1000 });
    expect(test.ledger.entries).toEqual([]);
    await edit({ quota: 0 });

    expect(test.users.rows.get(3)?.quota).toBe(0);
  });

  it('adds a difference', async () => {
    await edit({ quotaDelta: -400 });

    expect(test.users.rows.get(3)?.quota).toBe(600);
    expect(test.ledger.entries).toMatchObject([{ delta: -400, createdBy: 2 }]);
  });

  it('is refused when it goes below zero, or is told twice', async () => {
    expect((await edit({ quota: -1 })).body.code).toBe('invalid_parameter');
    expect((await edit({ quota: 1, quotaDelta: 1 })).body.code).toBe('invalid_parameter');
    expect((await edit({ quota: 1.5 })).body.code).toBe('invalid_parameter');
    expect((await edit({ quota: 1e300 })).body.code).toBe('invalid_parameter');
    expect(test.users.rows.get(3)?.quota).toBe(1000);
  });

  it('is refused with 409 when it is based on an old version', async () => {
    expect((await edit({ quota: 2000 }).set('if-match', '"1"')).status).toBe(200);
    const { status, body } = await edit({ quota: 3000, email: 'e' }).set('if-match', '"1"');

    expect([status, body.code]).toEqual([409, 'stale_version']);
    expect(test.users.rows.get(3)).toMatchObject({ quota: 2000, email: '' });
    expect((await edit({ quota: 1 }).set('if-match', 'x')).body.code).toBe('invalid_parameter');
  });
});

describe('managing a user', () => {
  const manage = async (caller: string, username: string, action: string) =>
    (await test.as(caller).post('/api/user/manage').send({ username, action })).body;

  it.each([
    ['admin', 'alice', 'disable', { status: 2, role: 1 }],
    ['admin', 'alice', 'enable', { status: 1, role: 1 }],
    ['admin', 'alice', 'delete', { status: 3, role: 1 }],
    ['root', 'alice', 'promote', { status: 1, role: 10 }],
    ['root', 'admin', 'demote', { status: 1, role: 1 }],
  ])('%s may have %s %sd', async (caller, username, action, data) => {
    const body = await manage(caller, username, action);

    expect(body).toMatchObject({ success: true, data: { ...data, id: 0, username: '' } });
    const id = username === 'alice' ? 3 : 2;
    expect(test.users.rows.get(id)).toMatchObject(data);
  });

  it.each([
    ['admin', 'root', 'disable', 'higher_role_needed'],
    ['admin', 'admin', 'disable', 'higher_role_needed'],
    ['admin', 'alice', 'promote', 'role_too_low'],
    ['root', 'root', 'disable', 'root_protected'],
    ['root', 'root', 'delete', 'root_protected'],
    ['root', 'root', 'demote', 'root_protected'],
    ['root', 'admin', 'promote', 'invalid_parameter'],
    ['root', 'alice', 'demote', 'invalid_parameter'],
    ['root', 'alice', 'explode', 'invalid_parameter'],
    ['root', 'nobody', 'disable', 'not_found'],
    ['root', '', 'disable', 'invalid_parameter'],
  ])('%s may not have %s %sd: %s', async (caller, username, action, code) => {
    const before = JSON.stringify([...test.users.rows]);

    expect((await manage(caller, username, action)).code).toBe(code);
    expect(JSON.stringify([...test.users.rows])).toBe(before);
  });

  it('looks for names, not for addresses', async () => {
    Object.assign(test.users.rows.get(3)!, { email: 'alice@example.com' });

    expect((await manage('admin', 'alice@example.com', 'disable')).code).toBe('not_found');
  });

  it('brings a deleted account back', async () => {
    await manage('admin', 'alice', 'delete');
    const name = test.users.rows.get(3)?.username ?? '';

    expect((await manage('admin', name, 'enable')).data.status).toBe(1);
  });

  it('does not bring one back whose address somebody else has got since', async () => {
    Object.assign(test.users.rows.get(3)!, { email: 'a@example.com' });
    await manage('admin', 'alice', 'delete');
    const name = test.users.rows.get(3)?.username ?? '';
    Object.assign(test.users.rows.get(2)!, { email: 'a@example.com' });

    expect(await manage('admin', name, 'enable')).toMatchObject({ code: 'email_taken' });
    expect(test.users.rows.get(3)?.status).toBe(userStatuses.deleted);
  });

  it('takes an id as well', async () => {
    const call = test.as('admin').post('/api/user/manage').send({ id: 3, action: 'disable' });

    expect((await call).body.data.status).toBe(2);
  });
});

describe('a top-up', () => {
  const topUp = async (input: object) =>
    (await test.as('admin').post('/api/topup').send(input)).body;

  it('adds to the balance and leaves a log row with the amount', async () => {
    expect(await topUp({ user_id: 3, quota: 500, remark: 'paid' })).toEqual({
      success: true,
      message: '',
    });
    expect(await topUp({ user_id: 3, quota: 250 })).toMatchObject({ success: true });

    expect(test.users.rows.get(3)?.quota).toBe(1750);
    expect(test.logs.rows).toMatchObject([
      { type: 1, user_id: 3, quota: 500, content: 'paid' },
      { type: 1, user_id: 3, quota: 250, content: 'Top-up through the API: ＄0.000500' },
    ]);
    expect(new Set(test.ledger.entries.map(({ reference }) => reference)).size).toBe(2);
  });

  it.each([
    [{ user_id: 99, quota: 1 }, 'not_found'],
    [{ quota: 1 }, 'invalid_parameter'],
    [{ user_id: 3, quota: -1 }, 'invalid_parameter'],
    [{ user_id: 3, quota: '1' }, 'invalid_parameter'],
  ])('of %j is refused: %s', async (input, code) => {
    expect((await topUp(input)).code).toBe(code);
    expect(test.logs.rows).toEqual([]);
  });

  it('sets limits and budgets of a user', async () => {
    const edit = (input: object) =>
      test
        .as('admin')
        .put('/api/user/')
        .send({ id: 3, ...input });

    await edit({ tokens_per_minute: 5000, quota_per_month: 100 });
    await edit({ display_name: 'Alice' });

    const { body } = await test.as('admin').get('/api/user/3');
    expect(body.data).toMatchObject({
      ...{ tokens_per_minute: 5000, quota_per_month: 100, quota_per_day: 0 },
    });
    await edit({ tokens_per_minute: 0, quota_per_month: 0 });
    expect(test.users.rows.get(3)?.limits).toEqual({});
  });
});
