import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  startSimulatedProvider,
  type SimulatedProvider,
} from '../../packages/server/src/demo/simulated-provider.ts';
import { logIn } from '../support/admin-client.mjs';
import { hello } from '../support/chat-requests.ts';
import { startGateway, type Gateway } from '../support/start-gateway.mjs';
import { openSdk } from '../support/start-world.ts';

jest.setTimeout(60_000);

/** What somebody does who has read nothing but the first screen: a cookie, curl-like calls, and the SDK. */
describe('a newcomer', () => {
  let provider: SimulatedProvider;
  let gateway: Gateway;
  let cookie = '';
  beforeAll(async () => {
    provider = await startSimulatedProvider();
    gateway = await startGateway();
  });
  afterAll(async () => {
    await gateway.stop();
    await provider.close();
  });

  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(gateway.url + path, {
      method,
      headers: { cookie, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(';')[0] ?? '';
    expect(response.status).toBe(200);
    return response.json();
  };

  it('sees that the gateway lives', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect((await fetch(gateway.url + path)).status).toBe(200);
    }
    expect(await call('GET', '/api/status')).toMatchObject({
      success: true,
      data: { quota_per_unit: 500_000, version: expect.any(String) },
    });
  });

  it('logs in with the first password and is told to change it', async () => {
    const body = { username: 'root', password: '123456' };
    expect(await call('POST', '/api/user/login', body)).toMatchObject({
      success: true,
      data: { username: 'root', role: 100, must_change_password: true },
    });
    expect(cookie).toMatch(/^session=/);
  });

  it('adds a channel and sees it without its key', async () => {
    const channel = {
      type: 1,
      name: 'my provider',
      key: 'sk-sim-secret',
      base_url: `${provider.url}/`,
      models: 'gpt-4o-mini',
      group: 'default',
    };
    expect(await call('POST', '/api/channel/', channel)).toMatchObject({ success: true });
    const list = (await call('GET', '/api/channel/?p=0')) as { data: { key: string }[] };
    expect(list.data).toHaveLength(1);
    expect(list.data[0]).toMatchObject({ name: 'my provider', status: 1, key: '' });
  });

  it('tests the channel', async () => {
    expect(await call('GET', '/api/channel/test/1')).toMatchObject({ success: true });
  });

  it('creates a key and gets answers with the official SDK, streamed or not', async () => {
    const token = { name: 'first', unlimited_quota: true, expired_time: -1, remain_quota: 0 };
    const created = (await call('POST', '/api/token/', token)) as { data: { key: string } };
    expect(created.data.key).toMatch(/^[0-9a-zA-Z]{48}$/);
    const openai = openSdk(gateway, `sk-${created.data.key}`);
    const chat = await openai.chat.completions.create(hello);
    expect(chat.choices[0]?.message.content).toMatch(/^the a/);
    let text = '';
    for await (const chunk of await openai.chat.completions.create({ ...hello, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? '';
    }
    expect(text).toBe(chat.choices[0]?.message.content);
  });

  it('finds what it cost in the log, and the log adds up', async () => {
    const logs = (await call('GET', '/api/log/self?p=0&type=2')) as { data: { quota: number }[] };
    expect(logs.data).toHaveLength(2);
    const sum = logs.data.reduce((total, { quota }) => total + quota, 0);
    expect(await call('GET', '/api/log/self/stat?type=2')).toMatchObject({ data: { quota: sum } });
    expect(await call('GET', '/api/user/self')).toMatchObject({
      data: { used_quota: sum, request_count: 2 },
    });
  });

  it('changes the password, which ends the sessions elsewhere but lets a new one begin', async () => {
    const elsewhere = cookie;
    const answer = await call('PUT', '/api/user/self', { password: 'a-better-one' });
    expect(answer).toMatchObject({ success: true });
    const old = await fetch(`${gateway.url}/api/user/self`, { headers: { cookie: elsewhere } });
    const isCarriedOn = cookie !== elsewhere;
    expect(((await old.json()) as { success: boolean }).success).toBe(false);
    if (isCarriedOn) expect(await call('GET', '/api/user/self')).toMatchObject({ success: true });
    cookie = '';
    const body = { username: 'root', password: 'a-better-one' };
    expect(await call('POST', '/api/user/login', body)).toMatchObject({ success: true });
  });

  it('logs out', async () => {
    await call('GET', '/api/user/logout');
    const answer = await fetch(`${gateway.url}/api/user/self`, { headers: { cookie } });
    expect(answer.status).toBe(401);
    await answer.text();
  });

  it('is refused when another site asks in its name', async () => {
    const body = { username: 'root', password: 'a-better-one' };
    await call('POST', '/api/user/login', body);
    const answer = await fetch(`${gateway.url}/api/token/`, {
      method: 'POST',
      headers: { cookie, origin: 'https://evil.example', 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'stolen', unlimited_quota: true }),
    });
    expect(((await answer.json()) as { success: boolean }).success).toBe(false);
  });

  it('keeps everything over a restart, which takes less than two seconds', async () => {
    await gateway.kill('SIGTERM');
    const startedAt = Date.now();
    await gateway.start();
    expect(await call('GET', '/api/channel/')).toMatchObject({ data: [{ name: 'my provider' }] });
    expect(Date.now() - startedAt).toBeLessThan(2000);
  });

  it('never finds a key or a password in the log', () => {
    const logs = gateway.logs();
    for (const secret of ['sk-sim-secret', '123456', 'a-better-one']) {
      expect(logs.replaceAll('root / 123456', '')).not.toContain(secret);
    }
  });
});

describe('keys of providers in the environment of the first start', () => {
  it('make channels that serve what the providers sell today', async () => {
    const env = {
      OPENAI_API_KEY: 'sk-o',
      ANTHROPIC_API_KEY: 'sk-a',
      GEMINI_API_KEY: 'g',
      DEEPSEEK_API_KY: 'nobody reads this',
    };
    const gateway = await startGateway({ env });
    try {
      const admin = await logIn(gateway.url);
      const listed = await admin.call('GET', '/api/channel/?p=0');
      const channels = listed as { name: string; type: number; models: string }[];
      const found = channels.map(({ name, type, models }) => ({
        ...{ name, type },
        models: models.split(','),
      }));
      for (const [name, type, model] of [
        ['OpenAI', 1, 'gpt-5'],
        ['Anthropic', 14, 'claude-haiku-4-5'],
        ['Gemini', 24, 'gemini-2.5-flash'],
      ] as const)
        expect(found).toContainEqual({ name, type, models: expect.arrayContaining([model]) });
      expect(found).toHaveLength(3);
      expect(gateway.logs()).toContain('Did you mean DEEPSEEK_API_KEY?');
      expect(gateway.logs()).not.toContain('nobody reads this');
    } finally {
      await gateway.stop();
    }
  });
});
