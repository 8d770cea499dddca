import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hello, postJson, simulate } from '../../support/chat-requests.ts';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import type { Gateway } from '../../support/start-gateway.mjs';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(times.test);

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld();
  const groups = ['counted', 'narrow'];
  await world.admin.setOption('GroupRatio', { default: 1, counted: 1, narrow: 1 });
  await world.admin.setOption('GroupLimits', {
    counted: { requests_per_minute: 12 },
    narrow: { concurrency: 2 },
  });
  await world.admin.createChannel({
    name: 'of groups',
    baseUrl: world.simulator.url,
    models: hello.model,
    group: groups.join(','),
  });
});
afterEach(() => world.mend());
afterAll(() => world.stop());

interface Answer {
  status: number;
  code: string | undefined;
  headers: Headers;
}

async function ask(node: Gateway, key: string, behaviour = {}): Promise<Answer> {
  const url = `${node.url}/v1/chat/completions`;
  const answer = await postJson(url, key, { ...hello, ...simulate(behaviour) });
  const body = (await answer.json()) as { error?: { code?: string } };
  return { status: answer.status, code: body.error?.code, headers: answer.headers };
}

async function keyOf(group: string, limits: Record<string, number> = {}): Promise<string> {
  const username = world.newName('user');
  const user = await world.admin.createUser({ username, quota: 1_000_000_000, group });
  return (await user.createToken({ name: username, ...limits })).key;
}

/** Requests that the upstream answers long after their node was killed; resolves when they are upstream. */
async function occupy(node: Gateway, key: string, count: number): Promise<void> {
  const before = await world.simulator.count();
  for (let n = 0; n < count; n += 1) ask(node, key, { latency: 30_000 }).catch(() => undefined); // its node is killed
  await waitFor(
    'the requests to be upstream',
    async () => (await world.simulator.count()) === before + count,
    times.patience,
  );
}

const untilServed = (node: Gateway, key: string): Promise<unknown> =>
  waitFor(
    'a request to be served again',
    async () => (await ask(node, key)).status === 200,
    times.patience,
  );

describe('limits of a token', () => {
  it('are counted, and told, for all nodes together', async () => {
    const key = await keyOf('default', { requests_per_minute: 7 });
    const answers: Answer[] = [];
    for (let n = 0; n < 8; n += 1) answers.push(await ask(world.nodes()[n % 3]!, key));

    const statuses = answers.map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200, 429]);
    const told = answers.map(({ headers }) => [
      headers.get('x-ratelimit-limit-requests'),
      headers.get('x-ratelimit-remaining-requests'),
    ]);
    expect(told).toEqual([...[6, 5, 4, 3, 2, 1, 0, 0].map((left) => ['7', String(left)])]);
    const refusal = answers[7]!;
    expect(refusal.code).toBe('rate_limit_exceeded');
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('let nobody in twice, and forget what a node held that was killed when it expires', async () => {
    const key = await keyOf('default', { concurrency: 2 });
    const [master, killed, other] = world.nodes() as [Gateway, Gateway, Gateway];
    await occupy(killed, key, 2);
    for (const node of [master, killed, other])
      expect(await ask(node, key)).toMatchObject({
        status: 429,
        code: 'concurrency_limit_exceeded',
      });
    await killed.kill('SIGKILL');
    expect((await ask(other, key)).status).toBe(429);
    await untilServed(other, key);
  });
});

describe('limits of a group', () => {
  it('hold for all nodes together, but for what one had not heard of the others', async () => {
    const key = await keyOf('counted');
    let served = 0;
    await waitFor(
      'every node to refuse for longer than until the next exchange',
      async () => {
        const answers = await Promise.all(world.nodes().map((node) => ask(node, key)));
        served += answers.filter(({ status }) => status === 200).length;
        return answers.every(
          ({ status, headers }) => status === 429 && Number(headers.get('retry-after')) > 1,
        );
      },
      times.patience,
    );
    expect(served).toBeGreaterThanOrEqual(12);
    // Each for itself would serve 36. How few more than 12 they serve depends on how soon they hear of each other.
    expect(served).toBeLessThan(24);
  });

  it('are known to every node soon, and forget what a node held that was killed', async () => {
    const key = await keyOf('narrow');
    const [master, killed, other] = world.nodes() as [Gateway, Gateway, Gateway];
    await occupy(killed, key, 2);
    for (const node of [master, other])
      await waitFor(
        'the others to hear of it',
        async () => (await ask(node, key)).code === 'concurrency_limit_exceeded',
        2000,
      );
    await killed.kill('SIGKILL');
    expect((await ask(other, key)).status).toBe(429);
    await untilServed(other, key);
  });
});
