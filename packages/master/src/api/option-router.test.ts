import { beforeEach, describe, expect, it } from '@jest/globals';
import { optionSchema } from '@turnpike/core/contract';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
});

const put = (body: unknown) =>
  test
    .as('root')
    .put('/api/option/')
    .set('content-type', 'application/json')
    .send(body as object);
const set = async (key: string, value: string) => (await put({ key, value })).body;
const read = async () => (await test.as('root').get('/api/option/')).body;
async function valueOf(key: string): Promise<string> {
  const options = optionSchema.array().parse((await read()).data);
  return options.find((option) => option.key === key)?.value ?? '';
}

describe('options', () => {
  it('are listed with their defaults, and what is stored comes back as it was', async () => {
    test.stored['FromElsewhere'] = 'kept';
    expect(await set('SystemName', ' Ours ')).toEqual({ success: true, message: '' });

    expect(await valueOf('SystemName')).toBe(' Ours ');
    expect(await valueOf('RetryTimes')).toBe('0');
    expect(await valueOf('FromElsewhere')).toBe('kept');
  });

  it('are effective for the relays before the call is answered', async () => {
    await set('RetryTimes', '3');

    expect(test.published.at(-1)?.options).toEqual({ RetryTimes: '3' });
    expect(test.audit).toMatchObject([
      { action: 'option.update', targetId: 'RetryTimes', details: { from: '', to: '3' } },
    ]);
    expect((await test.anonymous.get('/api/status')).body.success).toBe(true);
  });

  it('are effective here too', async () => {
    await test.anonymous.get('/api/notice');
    await set('Notice', 'hello');

    expect((await test.anonymous.get('/api/notice')).body.data).toBe('hello');
  });

  it('never give a secret back, only whether it is set', async () => {
    const secrets = ['SMTPToken', 'GitHubClientSecret', 'TurnstileSecretKey', 'WeChatServerToken'];
    for (const key of secrets) await set(key, 'top-secret');
    const body = await read();

    expect(JSON.stringify(body)).not.toContain('top-secret');
    expect(JSON.stringify(test.audit)).not.toContain('top-secret');
    for (const key of secrets) expect(body.secrets).toContainEqual({ key, is_set: true });
    await set('SMTPToken', '');
    expect((await read()).secrets).toContainEqual({ key: 'SMTPToken', is_set: false });
  });

  it.each([
    ['RetryTimes', 'many'],
    ['RetryTimes', '-1'],
    ['LogConsumeEnabled', 'TRUE'],
    ['NoSuchOption', 'x'],
    ['GitHubOAuthEnabled', 'true'],
    ['TurnstileCheckEnabled', 'true'],
    ['PasswordLoginEnabled', 'false'],
    ['ModelRatio', '{"gpt-4": -1}'],
    ['ModelRatio', '{"gpt-4": "free"}'],
    ['ModelRatio', '{"gpt-4": 1'],
    ['GroupRatio', '[]'],
  ])('refuse %s = %s before anything is stored', async (key, value) => {
    const body = await set(key, value);

    expect(body).toMatchObject({ success: false, code: 'invalid_parameter' });
    expect(test.stored).toEqual({});
    expect(test.published).toEqual([]);
    expect(test.audit).toEqual([]);
  });

  it('name the entry of a table of prices that is wrong', async () => {
    expect((await set('ModelRatio', '{"my-model": -1}')).message).toContain('my-model');
  });

  it('let password login be switched off by somebody who has another way in', async () => {
    Object.assign(test.users.rows.get(1)!, { githubId: 'root-at-github' });
    Object.assign(test.stored, { GitHubClientId: 'id', GitHubOAuthEnabled: 'true' });

    expect(await set('PasswordLoginEnabled', 'false')).toMatchObject({ success: true });
    // Now it is the only one, whatever others could use.
    Object.assign(test.stored, { OidcClientId: 'id', OidcEnabled: 'true' });
    expect(await set('GitHubOAuthEnabled', 'false')).toMatchObject({ code: 'invalid_parameter' });
    expect(await set('PasswordLoginEnabled', 'true')).toMatchObject({ success: true });
    expect(await set('GitHubOAuthEnabled', 'false')).toMatchObject({ success: true });
  });

  it('do not take a way in that is bound, but off, for one', async () => {
    Object.assign(test.users.rows.get(1)!, { larkId: 'ou_root' });
    Object.assign(test.stored, { GitHubClientId: 'id', GitHubOAuthEnabled: 'true' });

    expect(await set('PasswordLoginEnabled', 'false')).toMatchObject({ code: 'invalid_parameter' });
    Object.assign(test.stored, { LarkClientId: 'id', LarkClientSecret: 'secret' });
    expect(await set('PasswordLoginEnabled', 'false')).toMatchObject({ success: true });
  });

  it('refuse an empty name like any other that does not exist', async () => {
    for (const key of ['', ' ', 'NoSuchOption'])
      expect(await set(key, 'x')).toMatchObject({ success: false, code: 'invalid_parameter' });
  });

  it.each([['{"key":'], [{ key: 'RetryTimes', value: 3 }], [{}]])(
    'answer 400 to a body that cannot be read: %j',
    async (body) => {
      expect((await put(body)).status).toBe(400);
      expect((await put(body)).body.success).toBe(false);
    },
  );

  it('answer 401 and 200 to those who may not change them, bad body or not', async () => {
    const bad = (caller: typeof test.anonymous) =>
      caller.put('/api/option/').set('content-type', 'application/json').send('{');

    expect((await bad(test.anonymous)).status).toBe(401);
    expect((await bad(test.as('admin'))).body.code).toBe('role_too_low');
  });
});

describe('tables of prices', () => {
  it('are read whole and stored as what differs', async () => {
    const whole = JSON.parse(await valueOf('ModelRatio')) as Record<string, number>;
    expect(Object.keys(whole).length).toBeGreaterThan(100);
    await set('ModelRatio', JSON.stringify({ ...whole, 'my-model': 2.5 }));

    expect(JSON.parse(test.stored['ModelRatio'] ?? '')).toEqual({ 'my-model': 2.5 });
    expect(JSON.parse(await valueOf('ModelRatio'))).toEqual({ ...whole, 'my-model': 2.5 });
  });

  it('leave no row behind when they are as shipped again', async () => {
    const whole = await valueOf('ModelRatio');
    await set('ModelRatio', JSON.stringify({ ...JSON.parse(whole), 'my-model': 2.5 }));
    await set('ModelRatio', whole);

    expect(test.stored).toEqual({});
  });
});

describe('groups', () => {
  it('are the keys of GroupRatio', async () => {
    const groups = async () => (await test.as('admin').get('/api/group/')).body.data;
    expect(await groups()).toEqual(['default', 'vip', 'svip']);
    await set('GroupRatio', '{"default":1,"team":0.5}');

    expect(await groups()).toEqual(['default', 'team']);
  });
});
