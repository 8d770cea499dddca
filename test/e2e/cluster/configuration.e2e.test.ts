import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { hello, postJson } from '../../support/chat-requests.ts';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import type { CaseAccount } from '../../support/cluster/judge.ts';
import { createAccount } from '../../support/cluster/scene.ts';
import type { Gateway } from '../../support/start-gateway.mjs';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(times.test);

/** Milliseconds after which a change must be effective everywhere; and a little for the asking. */
const effectiveMs = 1000 + 250;

let world: ClusterWorld;
let account: CaseAccount;
beforeAll(async () => {
  world = await startClusterWorld();
});
afterAll(() => world.stop());

interface Answer {
  status: number;
  code: string;
  id: string;
}

async function ask(node: Gateway, key: string, model = hello.model): Promise<Answer> {
  const answer = await postJson(`${node.url}/v1/chat/completions`, key, { ...hello, model });
  const body = (await answer.json()) as { error?: { code?: string } };
  return {
    status: answer.status,
    code: body.error?.code ?? '',
    id: answer.headers.get('x-request-id') ?? '',
  };
}

const askAll = (model?: string): Promise<Answer[]> =>
  Promise.all(world.nodes().map((node) => ask(node, account.key, model)));

const setTokenStatus = (status: number): Promise<unknown> =>
  account.owner.call('PUT', '/api/token/?status_only=true', { id: account.apiTokenId, status });

const chargedFor = (id: string): Promise<number> =>
  waitFor('the charge', async () => {
    const row = await world
      .books<{ request_id: string; charged: string }>('usage_requests')
      .where({ request_id: id })
      .first();
    return row && Number(row.charged);
  });

describe.each([
  ['when it is announced', false],
  ['when the announcement is lost', true],
])('a change is effective on every node, %s:', (_how, isLost) => {
  beforeEach(async () => {
    account = await createAccount(world, {
      quota: 1_000_000_000,
      token: { unlimited_quota: false, remain_quota: 1_000_000_000 },
    });
    for (const { status } of await askAll()) expect(status).toBe(200);
    const { master, slave } = world.redis.proxies;
    if (isLost) for (const proxy of [...master, ...slave]) proxy.dropMessages();
  });
  afterEach(() => world.mend());

  it('a disabled token at once', async () => {
    await setTokenStatus(2);
    expect((await askAll()).map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it('a token that is enabled again', async () => {
    await setTokenStatus(2);
    await askAll();
    await setTokenStatus(1);
    await waitFor(
      'every node to serve it',
      async () => (await askAll()).every(({ status }) => status === 200),
      effectiveMs,
    );
  });

  it('a deleted token at once', async () => {
    await account.owner.call('DELETE', `/api/token/${account.apiTokenId}`);
    expect((await askAll()).map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it('a disabled user at once', async () => {
    await world.admin.call('POST', '/api/user/manage', { id: account.userId, action: 'disable' });
    for (const { status } of await askAll()) expect([401, 403]).toContain(status);
  });

  it('a quota that was taken away at once', async () => {
    const { name } = await account.owner.getToken(account.apiTokenId);
    const edit = { id: account.apiTokenId, name, remain_quota: 1 };
    await account.owner.call('PUT', '/api/token/', edit);
    expect((await askAll()).map(({ code }) => code)).toEqual(
      Array.from({ length: 3 }, () => 'insufficient_token_quota'),
    );
  });

  it('a new key at once', async () => {
    const created = await account.owner.createToken({ name: world.newName('token') });
    account = { ...account, key: created.key };
    expect((await askAll()).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('a token that another program put into the database, within a second', async () => {
    const key = world.newName('KeyOfOneApi').replace('-', '').padEnd(48, 'x');
    account = { ...account, key: `sk-${key}` };
    expect((await askAll()).map(({ status }) => status)).toEqual([401, 401, 401]);
    const [{ id }] = (await world.books('tokens').max({ id: 'id' })) as [{ id: number }];
    const row = { id: id + 1, user_id: account.userId, name: 'foreign', key, status: 1 };
    await world.books('tokens').insert({ ...row, expired_time: -1, unlimited_quota: true });
    await world.books.raw(`SELECT setval('tokens_id_seq', ${id + 1})`);
    await waitFor(
      'every node that hears of it to serve it',
      async () => {
        const served = (await askAll()).filter(({ status }) => status === 200);
        return isLost || served.length === 3;
      },
      effectiveMs,
    );
    // A node that was told nothing has refused it, and remembers that for a while.
    await waitFor(
      'every node to serve it',
      async () => (await askAll()).every(({ status }) => status === 200),
      effectiveMs + 10_000,
    );
  });

  it('a changed price within a second', async () => {
    const before = await chargedFor((await askAll())[0]!.id);
    const ratios = JSON.parse((await world.admin.getOption('ModelRatio')) ?? '{}') as object;
    const ratio = (ratios as Record<string, number>)[hello.model] ?? 1;
    await world.admin.setOption('ModelRatio', { ...ratios, [hello.model]: ratio * 10 });
    const changedAt = Date.now();
    let late: Answer[] = [];
    await waitFor('a second to pass', () => Date.now() - changedAt > effectiveMs);
    late = await askAll();
    await world.admin.setOption('ModelRatio', ratios);
    for (const { id } of late) expect(await chargedFor(id)).toBeGreaterThan(before * 8);
  });

  it('a new channel within a second', async () => {
    const model = world.newName('gpt-4o-mini-of');
    await world.admin.setOption('ModelRatio', { [hello.model]: 1.5, [model]: 1 });
    await world.admin.createChannel({
      name: world.newName('channel'),
      baseUrl: world.simulator.url,
      models: model,
    });
    await waitFor(
      'every node to serve the model',
      async () => (await askAll(model)).every(({ status }) => status === 200),
      effectiveMs,
    );
  });
});
