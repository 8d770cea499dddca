import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hello, postJson } from '../support/chat-requests.ts';
import { openSdk, startWorld, type World } from '../support/start-world.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const models = [
    'tiers',
    'weights',
    'broken',
    'mapped',
    'grouped',
    'pinned',
    'fatal',
    'limited',
    'partial',
  ];
  const ratios = Object.fromEntries(models.map((model) => [`model-${model}`, 1]));
  await world.admin.setOption('ModelRatio', ratios);
});
afterAll(() => world.stop());

/** A channel whose requests can be told apart by its name, and that may misbehave. */
async function addChannel(
  name: string,
  { sim = '', ...rest }: Record<string, unknown> & { sim?: string },
): Promise<number> {
  const behaviour = sim === '' ? '' : `/sim/${sim}`;
  const baseUrl = `${world.provider.url}/as/${name}${behaviour}`;
  const channel = await world.admin.createChannel({ name, baseUrl, models: '', ...rest });
  return channel.id;
}

function ask(model: string, key = world.token.key): Promise<Response> {
  return postJson(`${world.gateway.url}/v1/chat/completions`, key, { ...hello, model });
}

/** Labels of the channels that were asked for this answer, in order. */
async function labelsOf(answer: Response): Promise<string[]> {
  await answer.text();
  const id = answer.headers.get('x-request-id');
  return world.provider.requests
    .list(0, 10_000)
    .filter(({ requestId }) => requestId === id)
    .map(({ label }) => label);
}

describe('choosing a channel', () => {
  it('prefers the tier with the highest priority', async () => {
    await addChannel('low', { models: 'model-tiers', priority: 1 });
    await addChannel('high', { models: 'model-tiers', priority: 5 });
    for (let call = 0; call < 10; call++) {
      expect(await labelsOf(await ask('model-tiers'))).toEqual(['high']);
    }
  });

  it('draws by weight inside a tier', async () => {
    await addChannel('heavy', { models: 'model-weights', weight: 90 });
    await addChannel('light', { models: 'model-weights', weight: 10 });
    const seen = { heavy: 0, light: 0 };
    for (let call = 0; call < 100; call++) {
      const [label] = (await labelsOf(await ask('model-weights'))) as (keyof typeof seen)[];
      seen[label!] += 1;
    }
    expect(seen.heavy).toBeGreaterThan(70);
    expect(seen.light).toBeGreaterThan(0);
  });

  it('offers a user only the channels of their group', async () => {
    await addChannel('vip-only', { models: 'model-grouped', group: 'vip' });
    const refused = await ask('model-grouped');
    expect(refused.status).toBe(404);
    await refused.text();
    const vip = await world.admin.createUser({ username: 'vip', quota: 1_000_000, group: 'vip' });
    const { key } = await vip.createToken();
    expect(await labelsOf(await ask('model-grouped', key))).toEqual(['vip-only']);
  });

  it('passes over a channel whose provider does not have the operation, without spending a retry', async () => {
    const chatOnly = 27;
    await addChannel('chat-only', { models: 'model-partial', priority: 9, type: chatOnly });
    await addChannel('everything', { models: 'model-partial' });
    const answer = await postJson(`${world.gateway.url}/v1/embeddings`, world.token.key, {
      model: 'model-partial',
      input: 'toll',
    });
    expect(answer.status).toBe(200);
    expect(await labelsOf(answer)).toEqual(['everything']);
  });

  it('sends the mapped model upstream and offers the client its own name', async () => {
    await addChannel('mapper', {
      models: 'model-mapped',
      model_mapping: JSON.stringify({ 'model-mapped': 'gpt-4o' }),
    });
    const answer = await ask('model-mapped');
    const id = answer.headers.get('x-request-id');
    await answer.text();
    const served = world.provider.requests.list(0, 10_000).find((one) => one.requestId === id);
    expect(served?.model).toBe('gpt-4o');
    const ids: string[] = [];
    for await (const model of world.openai.models.list()) ids.push(model.id);
    expect(ids).toContain('model-mapped');
  });

  it('uses a new or changed channel at once', async () => {
    const model = 'model-limited';
    const before = await ask(model);
    expect(before.status).toBe(404);
    await before.text();
    const id = await addChannel('fresh', { models: model });
    expect(await labelsOf(await ask(model))).toEqual(['fresh']);
    await world.admin.updateChannel(id, { status: 2 });
    const after = await ask(model);
    expect([404, 503]).toContain(after.status);
    await after.text();
  });
});

describe('failing over', () => {
  beforeAll(async () => {
    await world.admin.setOption('RetryTimes', '2');
    await addChannel('broken', { models: 'model-broken', priority: 9, sim: 'status=500' });
    await addChannel('spare', { models: 'model-broken', priority: 1 });
  });
  afterAll(() => world.admin.setOption('RetryTimes', '0'));

  it('serves from the next channel, and bills once, by the one that served', async () => {
    const before = await world.admin.getSelf();
    const answer = await ask('model-broken');
    expect(answer.status).toBe(200);
    const id = answer.headers.get('x-request-id');
    expect(await labelsOf(answer)).toEqual(['broken', 'spare']);
    const rows = (await world.admin.listLogs('type=2')).filter((row) => row.request_id === id);
    expect(rows).toHaveLength(1);
    const channels = (await world.admin.call('GET', '/api/channel/search?keyword=spare')) as {
      id: number;
    }[];
    expect(rows[0]?.channel).toBe(channels[0]?.id);
    expect((await world.admin.getSelf()).request_count).toBe(before.request_count + 1);
  });

  it('never repeats a request that is the client’s own mistake', async () => {
    const answer = await postJson(`${world.gateway.url}/v1/chat/completions`, world.token.key, {
      ...hello,
      model: 'model-broken',
      x_sim: { status: 400 },
    });
    expect(answer.status).toBe(400);
    expect(await labelsOf(answer)).toHaveLength(1);
  });
});

describe('pinning a channel', () => {
  let pinnedId: number;
  beforeAll(async () => {
    pinnedId = await addChannel('pinned', { models: 'model-pinned', priority: 0 });
    await addChannel('usual', { models: 'model-pinned', priority: 9 });
  });

  it('is obeyed for administrators', async () => {
    const answer = await ask('model-pinned', `${world.token.key}-${pinnedId}`);
    expect(await labelsOf(answer)).toEqual(['pinned']);
  });

  it('is refused to everybody else', async () => {
    const user = await world.admin.createUser({ username: 'plain', quota: 1_000_000 });
    const { key } = await user.createToken();
    const answer = await ask('model-pinned', `${key}-${pinnedId}`);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { code: 'channel_pin_not_allowed' } });
  });

  it('tells an absent channel from a disabled one', async () => {
    const absent = await ask('model-pinned', `${world.token.key}-999999`);
    expect(absent.status).toBe(400);
    expect(await absent.json()).toMatchObject({ error: { code: 'channel_not_found' } });
    await world.admin.updateChannel(pinnedId, { status: 2 });
    const disabled = await ask('model-pinned', `${world.token.key}-${pinnedId}`);
    expect(disabled.status).toBe(403);
    expect(await disabled.json()).toMatchObject({ error: { code: 'channel_disabled' } });
  });
});

describe('a channel whose key is dead', () => {
  it('is disabled automatically, once, when that is switched on', async () => {
    await world.admin.setOption('AutomaticDisableChannelEnabled', 'true');
    const id = await addChannel('fatal', { models: 'model-fatal', sim: 'status=401' });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('model-fatal')));
    for (const answer of answers) await answer.text();
    const channel = await waitFor('the channel to be disabled', async () => {
      const found = await world.admin.getChannel(id);
      return found.status === 3 && found;
    });
    expect(channel.name).toBe('fatal');
    const after = await ask('model-fatal');
    expect(after.status).toBe(503);
    expect(await after.json()).toMatchObject({ error: { code: 'no_channel_available' } });
    await world.admin.setOption('AutomaticDisableChannelEnabled', 'false');
  });

  it('is found by the channel test, which bills nobody', async () => {
    const good = (await world.admin.call('GET', '/api/channel/search?keyword=simulated')) as {
      id: number;
    }[];
    const before = await world.admin.getSelf();
    const headers = { authorization: world.admin.accessToken };
    const testUrl = `${world.gateway.url}/api/channel/test/`;
    const passed = await (await fetch(`${testUrl}${good[0]!.id}`, { headers })).json();
    expect(passed).toMatchObject({ success: true, time: expect.any(Number) });
    const badId = await addChannel('bad-key', { models: 'gpt-4o-mini', key: 'sk-invalid' });
    const failed = await (await fetch(`${testUrl}${badId}`, { headers })).json();
    expect(failed).toMatchObject({ success: false });
    expect(JSON.stringify(failed)).not.toContain('sk-invalid');
    await world.admin.call('DELETE', `/api/channel/${badId}`);
    expect((await world.admin.getSelf()).used_quota).toBe(before.used_quota);
  });
});

describe('several clients', () => {
  it('get their own answers while they share connections', async () => {
    const client = openSdk(world.gateway, world.token.key);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        client.chat.completions.create({ ...hello, ...{ x_sim: { chunks: at + 1 } } }),
      ),
    );
    answers.forEach(({ usage }, at) => expect(usage?.completion_tokens).toBe(at + 1));
  });
});
