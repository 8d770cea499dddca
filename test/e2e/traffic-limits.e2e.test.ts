import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hello, postJson } from '../support/chat-requests.ts';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.admin.setOption('GroupLimits', {
    brief: { requests_per_minute: 2 },
    narrow: { concurrency: 1 },
  });
  await world.admin.setOption('GroupRatio', { default: 1, brief: 1, narrow: 1 });
});
afterAll(() => world.stop());

const models = ['model-small', 'model-only'];

async function addChannel(name: string, fields: Record<string, unknown>): Promise<void> {
  const { sim = '', ...rest } = fields;
  await world.admin.createChannel({
    name,
    baseUrl: `${world.provider.url}/as/${name}${String(sim)}`,
    models: '',
    ...rest,
  });
}

async function keyOf(group: string, username: string): Promise<string> {
  const user = await world.admin.createUser({ username, quota: 1_000_000, group });
  return (await user.createToken()).key;
}

function ask(model: string, key = world.token.key): Promise<Response> {
  return postJson(`${world.gateway.url}/v1/chat/completions`, key, { ...hello, model });
}

function labelOf(requestId: string | null): string | undefined {
  return world.provider.requests
    .list(0, 10_000)
    .findLast((request) => request.requestId === requestId)?.label;
}

describe('limits of a group', () => {
  it('hold for all its users together, and say when to come again', async () => {
    await addChannel('for-brief', { models: 'gpt-4o-mini', group: 'brief' });
    const [one, two] = [await keyOf('brief', 'brief-1'), await keyOf('brief', 'brief-2')];
    expect((await ask('gpt-4o-mini', one)).status).toBe(200);
    expect((await ask('gpt-4o-mini', two)).status).toBe(200);

    const refused = await ask('gpt-4o-mini', one);

    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({
      error: { code: 'rate_limit_exceeded', type: 'rate_limit_error' },
    });
    expect((await ask('gpt-4o-mini')).status).toBe(200);
  });

  it('count what is in flight, and no more once it has ended', async () => {
    await addChannel('for-narrow', {
      models: 'gpt-4o-mini',
      group: 'narrow',
      sim: '/sim/latency=300',
    });
    const key = await keyOf('narrow', 'narrow');

    const both = await Promise.all([ask('gpt-4o-mini', key), ask('gpt-4o-mini', key)]);

    expect(both.map(({ status }) => status).sort()).toEqual([200, 429]);
    const refused = both.find(({ status }) => status === 429);
    expect(await refused?.json()).toMatchObject({ error: { code: 'concurrency_limit_exceeded' } });
    expect((await ask('gpt-4o-mini', key)).status).toBe(200);
  });

  it('are checked before they are stored', async () => {
    await expect(world.admin.setOption('GroupLimits', { vip: { rpm: 5 } })).rejects.toThrow(
      /group 'vip': 'rpm' is no limit/,
    );
  });
});

describe('limits of a channel', () => {
  beforeAll(async () => {
    await world.admin.setOption(
      'ModelRatio',
      Object.fromEntries(models.map((model) => [model, 1])),
    );
  });
  const limits = (value: object): string => JSON.stringify({ limits: value });

  it('send what goes beyond them to another channel, without spending a retry', async () => {
    const config = limits({ requests_per_minute: 1 });
    await addChannel('small', { models: 'model-small', priority: 5, config });
    await addChannel('large', { models: 'model-small' });
    const labels: (string | undefined)[] = [];
    for (let call = 0; call < 3; call += 1) {
      const answer = await ask('model-small');
      expect(answer.status).toBe(200);
      labels.push(labelOf(answer.headers.get('x-request-id')));
    }
    expect(labels).toEqual(['small', 'large', 'large']);
  });

  it('refuse where every channel is full', async () => {
    const config = limits({ requests_per_minute: 1 });
    await addChannel('only', { models: 'model-only', config });
    expect((await ask('model-only')).status).toBe(200);

    const refused = await ask('model-only');

    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { code: 'upstream_rate_limited' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('are checked before they are stored', async () => {
    await expect(
      addChannel('wrong', { models: 'model-only', config: limits({ concurrency: 'many' }) }),
    ).rejects.toThrow(/'config' has bad 'limits'.*each a whole number/);
  });
});
