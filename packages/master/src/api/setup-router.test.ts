import { beforeEach, describe, expect, it } from '@jest/globals';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
});

const readState = async () => (await test.anonymous.get('/api/setup')).body.data as unknown;
const finish = (body: object) => test.anonymous.post('/api/setup').send(body);
const good = { username: 'boss', password: 'a good secret', confirmPassword: 'a good secret' };

describe('setting up', () => {
  it('is asked for as long as the first administrator has the first password', async () => {
    expect(await readState()).toEqual({ status: false, root_init: true });
    expect((await finish(good)).body).toEqual({ success: true, message: '' });
    expect(await readState()).toEqual({ status: true, root_init: true });
  });

  it('names the administrator, who then logs in, and leaves a trace without the password', async () => {
    await finish(good);
    const login = (body: object) => test.anonymous.post('/api/user/login').send(body);

    expect((await login({ username: 'root', password: '123456' })).body.code).toBe('login_refused');
    expect((await login(good)).body).toMatchObject({ success: true, data: { id: 1, role: 100 } });
    expect(test.audit).toMatchObject([{ action: 'setup.finish', targetId: '1' }]);
    expect(JSON.stringify(test.audit)).not.toContain(good.password);
  });

  it('is over once it was done, and changes nothing any more', async () => {
    await finish(good);
    const before = structuredClone(test.users.rows.get(1));

    expect((await finish({ ...good, username: 'thief' })).body.code).toBe('already_set_up');
    expect(test.users.rows.get(1)).toEqual(before);
  });

  it('ends sessions that were begun with the password that everybody knows', async () => {
    const { headers } = await test.anonymous
      .post('/api/user/login')
      .send({ username: 'root', password: '123456' });
    const cookie = String(headers['set-cookie']).split(';', 1)[0] ?? '';
    await finish(good);

    expect((await test.anonymous.get('/api/user/self').set('cookie', cookie)).status).toBe(401);
  });

  it.each([
    [{ ...good, password: 'short', confirmPassword: 'short' }, 'password'],
    [{ ...good, confirmPassword: 'another one' }, 'confirmPassword'],
    [{ ...good, username: ' ' }, 'username'],
    [{}, 'username'],
  ])('refuses %j', async (body, param) => {
    expect((await finish(body)).body).toMatchObject({ code: 'invalid_parameter', param });
    expect(await readState()).toMatchObject({ status: false });
  });

  it('refuses a name that somebody has', async () => {
    expect((await finish({ ...good, username: 'alice' })).body.code).toBe('name_taken');
    expect(await readState()).toMatchObject({ status: false });
  });

  it('cannot be tried without end', async () => {
    const calls = await Promise.all(Array.from({ length: 21 }, () => finish({})));
    expect(calls.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});
