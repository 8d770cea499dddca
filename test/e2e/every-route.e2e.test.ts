import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { managementRoutes, type Route } from '../../packages/core/src/contract/index.ts';
import { goodCalls } from '../../packages/master/src/testing/route-calls.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import type { AdminClient } from '../support/admin-client.mjs';
import { createOneApiClient, type OneApiClient } from '../support/one-api-client.ts';
import { startWorld, worldModels, type World } from '../support/start-world.ts';

jest.setTimeout(120_000);

/** The resources that are rows of a database; the others are tested with it in their own files. */
const tags = [
  'account',
  'user',
  'token',
  'channel',
  'channelBatch',
  'log',
  'option',
  'group',
  'audit',
  'pricing',
];
/** Balances are asked for at upstreams that tell them: see `balances.e2e.test.ts`. */
const routes = managementRoutes.filter(
  ({ tag, id }) => tags.includes(tag) && id !== 'channelUpdateBalance',
);
/** After these the accounts are no longer what they were; new ones take long, because of their passwords. */
const usesUp: readonly string[] = [
  ...['accountRemove', 'accountRotateAccessToken', 'userManage', 'userRemove'],
];

/** What the good calls name by number, as the database numbered it. */
interface Held {
  alice: number;
  bob: number;
  token: number;
  channels: [number, number];
}

describe.each(['sqlite', 'postgres', 'mysql'] as const)('every route on %s', (kind) => {
  let database: TestDatabase;
  let world: World;
  let root: OneApiClient;
  let count = 0;
  let people: { alice: AdminClient; bob: AdminClient } | undefined;

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    world = await startWorld({ env: { SQL_DSN: database.dsn, GLOBAL_API_RATE_LIMIT: '0' } });
    root = createOneApiClient(world.gateway.url, { authorization: world.admin.accessToken });
    channel.baseUrl = world.provider.url;
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  /** New channels or a new token for each route of theirs, so that no call meets what another one left. */
  async function hold(tag: string): Promise<Held> {
    count += 1;
    people ??= {
      alice: await world.admin.createUser({ username: `alice${count}` }),
      bob: await world.admin.createUser({ username: `bob${count}` }),
    };
    const held: Held = {
      ...{ alice: people.alice.user.id, bob: people.bob.user.id },
      ...{ token: 0, channels: [0, 0] },
    };
    if (tag === 'token') {
      const made = asAlice(people).data<{ id: number }>('POST', '/api/token/', { name: 'first' });
      held.token = (await made).id;
    }
    if (tag.startsWith('channel')) {
      const one = await world.admin.createChannel({ ...channel, name: `one-${count}` });
      const two = await world.admin.createChannel({ ...channel, name: `two-${count}`, status: 2 });
      held.channels = [one.id, two.id];
    }
    return held;
  }

  /** What the good calls name by a key or an address that nobody can know before. */
  async function realKeys(id: string): Promise<{ query?: string; body?: object }> {
    if (id === 'accountTopUp') {
      const code = { name: 'gift', quota: 50, count: 1 };
      const [key] = await root.data<string[]>('POST', '/api/redemption/', code);
      return { body: { key } };
    }
    if (id === 'channelFetchModelsUnsaved')
      return { body: { type: 1, key: 'sk-sim', base_url: channel.baseUrl } };
    if (id !== 'logListByToken') return {};
    return { query: `key=${(await people!.alice.createToken()).key}` };
  }

  const asAlice = ({ alice }: NonNullable<typeof people>) =>
    createOneApiClient(world.gateway.url, { authorization: alice.accessToken });

  const channel = { baseUrl: '', models: worldModels, tag: 'eu' };

  it.each(routes.map((route) => [route.id, route] as const))('%s', async (id, route) => {
    const held = await hold(route.tag);
    const {
      params = {},
      query = '',
      body,
      isAudited = false,
    } = {
      ...goodCalls[id]!,
      ...(await realKeys(id)),
    };
    const path = route.path.replace(/:id/, String(translate(route.tag, params['id'], held)));
    const audited = await countAudited();

    const {
      status,
      headers,
      body: answer,
    } = await (route.role === 'common' ? asAlice(people!) : root).send(
      route.method,
      `${path}?${query}`,
      body && translateBody(route.tag, id, body, held),
    );

    if (usesUp.includes(id)) people = undefined;
    if (route.media === undefined) {
      expect([status, answer?.success ?? true, answer?.message ?? '']).toEqual([
        ...[200, true],
        id === 'channelTestOne' ? expect.any(String) : '',
      ]);
      expect(schemaOf(route).parse(answer)).toEqual(answer);
    } else {
      const type = headers.get('content-type');
      expect([status, type]).toEqual([200, expect.stringContaining(route.media)]);
    }
    if (isAudited) expect(await countAudited()).toBeGreaterThan(audited);
  });

  async function countAudited(): Promise<number> {
    const { headers } = await root.send('GET', '/api/audit/?page_size=1');
    return Number(headers.get('x-total-count'));
  }
});

function translate(tag: string, id: unknown, held: Held): unknown {
  if (tag === 'token') return held.token;
  if (tag.startsWith('channel')) return held.channels[Number(id) - 1];
  return id === 4 ? held.bob : held.alice;
}

function translateBody(tag: string, id: string, body: object, held: Held): object {
  const values: Record<string, unknown> = { ...body };
  if ('id' in values) values['id'] = translate(tag, values['id'], held);
  if ('user_id' in values) values['user_id'] = held.alice;
  if (Array.isArray(values['ids']))
    values['ids'] = values['ids'].map((one) => translate(tag, one, held));
  if (id === 'userCreate') values['username'] = `new${String(held.bob)}`;
  return values;
}

function schemaOf({ data, rows, answer }: Route): z.ZodType {
  const content = rows === undefined ? data : z.array(rows);
  return (
    answer ??
    z.object({ success: z.boolean(), message: z.string(), ...(content && { data: content }) })
  );
}
