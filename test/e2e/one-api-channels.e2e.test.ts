import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hello, postJson } from '../support/chat-requests.ts';
import {
  createOneApiClient,
  listShapeFaults,
  type OneApiClient,
} from '../support/one-api-client.ts';
import { startWorld, type World } from '../support/start-world.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(90_000);

type Channel = Record<string, unknown> & { id: number; name: string };
type Log = Record<string, unknown> & { type: number };

let world: World;
let root: OneApiClient;
let key: OneApiClient;
beforeAll(async () => {
  world = await startWorld({ env: { GLOBAL_API_RATE_LIMIT: '0' } });
  root = createOneApiClient(world.gateway.url, {
    authorization: `Bearer ${world.admin.accessToken}`,
  });
  key = createOneApiClient(world.gateway.url, { authorization: `Bearer ${world.token.key}` });
});
afterAll(() => world.stop());

const find = async (name: string) =>
  root.data<Channel[]>('GET', `/api/channel/search?keyword=${name}`);

describe('a script for One API, over channels', () => {
  it('makes one for each line of keys', async () => {
    const channel = { type: 1, name: 'multi', models: 'gpt-4o', group: 'default,vip' };
    const key = 'sk-1\n\nsk-2\r\nsk-3\n';
    expect(await root.data('POST', '/api/channel/', { ...channel, key })).toBeUndefined();
    const made = await find('multi');
    expect(made).toHaveLength(3);
    expect(made[0]!.id).toBeLessThan(made[2]!.id);
    for (const row of made) {
      expect(listShapeFaults('channel', row)).toEqual([]);
      expect(row).toMatchObject({ key: '', status: 1, priority: 0, weight: 0, balance: 0 });
    }
    await root.refused('POST', '/api/channel/', { ...channel, key: '\n\n' });
    await root.refused('POST', '/api/channel/', channel);
    await root.refused('POST', '/api/channel/', { ...channel, key: 'k', weight: -1 });
    await root.refused('POST', '/api/channel/', 'no json');
  });

  it('lists and reads them', async () => {
    const list = await root.data<Channel[]>('GET', '/api/channel/?p=0');
    expect(list).toHaveLength(4);
    expect(list[0]!.id).toBeGreaterThan(list[3]!.id);
    expect(await root.data('GET', '/api/channel/?p=1')).toEqual([]);
    const id = list[0]!.id;
    expect(await root.data('GET', `/api/channel/${id}`)).toEqual(list[0]);
    expect(await root.data('GET', `/api/channel/search?keyword=${id}`)).toContainEqual(list[0]);
    await root.refused('GET', '/api/channel/999');
    await root.refused('GET', '/api/channel/abc');
  });

  it('edits what it sends, and zero where zero can be meant', async () => {
    const [channel] = (await find('multi')) as [Channel];
    const { id } = channel;
    const edit = (change: object) => root.data('PUT', '/api/channel/', { id, ...change });
    expect(await edit({ priority: 7, weight: 2 })).toMatchObject({ priority: 7, weight: 2 });
    expect(await edit({ priority: 0, name: '' })).toMatchObject({ priority: 0, name: 'multi' });
    expect(await edit({ status: 2 })).toMatchObject({ status: 2, models: 'gpt-4o' });
    expect(await edit({ status: 1 })).toMatchObject({ status: 1, key: '' });
    expect(await edit({ base_url: 'https://a.example' })).toMatchObject({
      base_url: 'https://a.example',
    });
    expect(await edit({ base_url: '' })).toMatchObject({ base_url: '' });
    expect(await edit({ model_mapping: '{"a":"b"}' })).toMatchObject({
      model_mapping: '{"a":"b"}',
    });
    await root.refused('PUT', '/api/channel/', { id, model_mapping: '{"a":' });
    await root.refused('PUT', '/api/channel/', { id, priority: 'high' });
    await root.refused('PUT', '/api/channel/', { name: 'no id' });
    await root.refused('PUT', '/api/channel/', { id: 999, name: 'x' });
  });

  it('tests one, with the answer of the model and the time', async () => {
    const good = await root.send('GET', `/api/channel/test/${world.channel.id}?model=gpt-4o`);
    expect(good.body).toEqual({
      success: true,
      message: expect.any(String),
      time: expect.any(Number),
      modelName: 'gpt-4o',
    });
    const [bad] = (await find('multi')) as [Channel];
    await root.data('PUT', '/api/channel/', { id: bad.id, base_url: 'http://127.0.0.1:1' });
    const failed = await root.send('GET', `/api/channel/test/${bad.id}/`);
    expect(failed.body).toMatchObject({
      ...{ success: false, time: 0, modelName: '' },
      message: expect.stringContaining('ECONNREFUSED 127.0.0.1:1'),
    });
    const unknown = await root.send('GET', '/api/channel/test/999');
    expect(unknown.body).toMatchObject({ success: false });
    expect(unknown.body).not.toHaveProperty('time');
  });

  it('tests many in the background, and can watch', async () => {
    await root.data('GET', `/api/channel/test?scope=${world.channel.id}`);
    await waitFor('the end of the test', async () => {
      const progress = await root.data<{ isRunning: boolean }>('GET', '/api/channel/test/progress');
      return !progress.isRunning;
    });
    expect(await root.data('GET', '/api/channel/test/progress')).toMatchObject({
      total: 1,
      tested: 1,
      succeeded: 1,
    });
    await root.refused('GET', '/api/channel/test?scope=everything');
  });

  it('asks for balances', async () => {
    const one = await root.send('GET', `/api/channel/update_balance/${world.channel.id}/`);
    expect(one.body?.success).toEqual(expect.any(Boolean));
    await root.refused('GET', '/api/channel/update_balance/999');
    await root.data('GET', '/api/channel/update_balance');
    await waitFor('the end of the run', async () => {
      const path = '/api/channel/update_balance/progress';
      return !(await root.data<{ isRunning: boolean }>('GET', path)).isRunning;
    });
  });

  it('deletes one, and all that are disabled', async () => {
    const made = await find('multi');
    await root.data('PUT', '/api/channel/', { id: made[0]!.id, status: 2 });
    expect(await root.data('DELETE', '/api/channel/disabled')).toBe(1);
    expect(await root.data('DELETE', `/api/channel/${made[1]!.id}`)).toBeUndefined();
    expect((await find('multi')).map(({ id }) => id)).toEqual([made[2]!.id]);
    await root.refused('DELETE', '/api/channel/0');
    await root.refused('DELETE', '/api/channel/abc');
    await root.data('DELETE', `/api/channel/${made[2]!.id}/`);
  });

  it('lists the built-in models in OpenAI’s form', async () => {
    const { body } = await root.send('GET', '/api/channel/models');
    expect(body).toEqual({ object: 'list', data: expect.any(Array) });
    expect((body!.data as object[])[0]).toMatchObject({
      id: expect.any(String),
      object: 'model',
      created: 1_626_777_600,
      permission: [expect.objectContaining({ object: 'model_permission' })],
      parent: null,
    });
  });
});

describe('a script for One API, with its key', () => {
  it('chats, streams, and reads what it may spend', async () => {
    const chat = await key.send('POST', '/v1/chat/completions', hello);
    expect(chat.status).toBe(200);
    expect(chat.body).toMatchObject({ object: 'chat.completion', usage: expect.any(Object) });

    const stream = await postJson(`${world.gateway.url}/v1/chat/completions`, world.token.key, {
      ...hello,
      stream: true,
    });
    const events = (await stream.text()).split('\n\n').filter(Boolean);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(events.at(-1)).toBe('data: [DONE]');

    for (const prefix of ['', '/v1']) {
      const { body } = await key.send('GET', `${prefix}/dashboard/billing/subscription`);
      expect(body).toMatchObject({ object: 'billing_subscription', has_payment_method: true });
      const usage = await key.send(
        'GET',
        `${prefix}/dashboard/billing/usage?start_date=2026-01-01`,
      );
      expect(usage.body).toEqual({ object: 'list', total_usage: expect.any(Number) });
      expect(usage.body!['total_usage']).toBeGreaterThan(0);
    }
    const models = await key.send('GET', '/v1/models');
    expect(models.body).toMatchObject({ object: 'list' });
  });

  it('is refused in OpenAI’s form', async () => {
    const stranger = createOneApiClient(world.gateway.url, { authorization: 'Bearer sk-unknown' });
    for (const [method, path] of [
      ['GET', '/v1/models'],
      ['POST', '/v1/chat/completions'],
      ['GET', '/dashboard/billing/usage'],
      ['GET', '/v1/dashboard/billing/subscription'],
    ] as const) {
      const { status, body } = await stranger.send(
        method,
        path,
        method === 'POST' ? hello : undefined,
      );
      expect([path, status]).toEqual([path, 401]);
      expect(body).toMatchObject({
        error: { code: 'invalid_api_key', message: expect.any(String) },
      });
    }
    const unknown = await key.send('GET', '/v1/nothing');
    expect([unknown.status, unknown.body]).toMatchObject([404, { error: expect.any(Object) }]);
  });

  it('finds what it spent in the log', async () => {
    const consumption = await root.data<Log[]>('GET', '/api/log/?type=2');
    expect(consumption).toHaveLength(2);
    expect(listShapeFaults('log', consumption[0])).toEqual([]);
    expect(consumption[0]).toMatchObject({
      username: 'root',
      model_name: hello.model,
      channel: world.channel.id,
      is_stream: true,
    });
    const stat = await root.data<{ quota: number }>('GET', '/api/log/stat?model_name=gpt-4o-mini');
    expect(stat.quota).toBeGreaterThan(0);
    expect(await root.data('GET', '/api/log/stat?username=nobody')).toMatchObject({ quota: 0 });
    expect(await root.data('GET', '/api/log/?username=nobody')).toEqual([]);
    expect(await root.data('GET', '/api/log/?channel=abc&type=abc')).toEqual(expect.any(Array));
    expect(await root.data<Log[]>('GET', '/api/log/search?keyword=5')).not.toEqual([]);
    const own = await root.data<Log[]>('GET', '/api/log/self?type=2');
    expect(own.map(({ id }) => id)).toEqual([0, 0]);
    expect(await root.data<Log[]>('GET', '/api/log/self/search?keyword=2')).toHaveLength(2);
    expect(await root.data('GET', '/api/log/self/search?keyword=')).toEqual([]);
    expect(await root.data('GET', '/api/log/self/stat')).toMatchObject(stat);
    const days = await root.data<object[]>('GET', '/api/user/dashboard');
    expect(Object.keys(days[0]!)).toEqual([
      ...['Day', 'ModelName', 'RequestCount', 'Quota', 'PromptTokens', 'CompletionTokens'],
    ]);
    await root.refused('DELETE', '/api/log/');
    await root.refused('DELETE', '/api/log/?target_timestamp=0');
    expect(await root.data('DELETE', '/api/log/?target_timestamp=1000')).toBe(0);
  });
});

describe('a script for One API, over options', () => {
  it('reads them as text, without secrets', async () => {
    const options = await root.data<{ key: string; value: string }[]>('GET', '/api/option/');
    const names = options.map((option) => option.key);
    expect(names).toEqual(expect.arrayContaining(['Notice', 'ModelRatio', 'RetryTimes', 'Theme']));
    expect(names.filter((name) => /Token$|Secret$/.test(name))).toEqual([]);
    expect(options.every(({ value }) => typeof value === 'string')).toBe(true);
  });

  it('changes them, effective at once', async () => {
    const set = (name: string, value: unknown) =>
      root.data('PUT', '/api/option/', { key: name, value });
    for (const [name, path] of [
      ['Notice', '/api/notice'],
      ['About', '/api/about'],
      ['HomePageContent', '/api/home_page_content'],
    ] as const) {
      await set(name, `# ${name}`);
      expect(await root.data('GET', path)).toBe(`# ${name}`);
      await set(name, null);
      expect(await root.data('GET', path)).toBe('');
    }
    await set('SystemName', 'Gate');
    expect(await root.data('GET', '/api/status')).toMatchObject({ system_name: 'Gate' });
    await set('GroupRatio', '{"default":1,"vip":0.5}');
    expect(await root.data('GET', '/api/group/')).toEqual(['default', 'vip']);
  });

  it('is refused bad values, and nothing is stored', async () => {
    const before = await root.data('GET', '/api/option/');
    for (const [name, value] of [
      ['Theme', 'pink'],
      ['GitHubOAuthEnabled', 'true'],
      ['WeChatAuthEnabled', 'true'],
      ['TurnstileCheckEnabled', 'true'],
      ['ModelRatio', '{"gpt-4o": "cheap"}'],
      ['GroupRatio', '{"default": 1,}'],
      ['RetryTimes', 'often'],
      ['', 'x'],
    ])
      await root.refused('PUT', '/api/option/', { key: name, value });
    for (const bad of [
      '{"key":',
      { key: 'RetryTimes', value: 3 },
      { key: 'Notice', value: true },
    ]) {
      const { status, body } = await root.send('PUT', '/api/option/', bad);
      expect([status, body?.success]).toEqual([400, false]);
    }
    expect(await root.data('GET', '/api/option/')).toEqual(before);
  });

  it('is told the place of a mistake in JSON', async () => {
    const bad = { key: 'GroupRatio', value: '{\n  "default": 1,\n  "vip": x\n}' };
    const { body } = await root.send('PUT', '/api/option/', bad);
    expect(body).toMatchObject({ success: false, code: 'invalid_parameter', param: 'value' });
    expect(body?.message).toMatch(/line 3|position \d+/);
  });
});
