import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hello, postJson, simulate } from '../../support/chat-requests.ts';
import { times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import type { Gateway } from '../../support/start-gateway.mjs';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(times.test);

/** Those that are served by channels with limits, and by nothing else. */
const groupsOfChannels = { requests: 'by-requests', tokens: 'by-tokens', held: 'by-concurrency' };

let world: ClusterWorld;
beforeAll(async () => {
  world = await startClusterWorld();
  const groups = ['counted', 'narrow'];
  const allGroups = ['default', ...groups, ...Object.values(groupsOfChannels)];
  const ratios = Object.fromEntries(allGroups.map((group) => [group, 1]));
  await world.admin.setOption('GroupRatio', ratios);
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

async function ask(node: Gateway, key: string, behaviour = {}, more = {}): Promise<Answer> {
  const url = `${node.url}/v1/chat/completions`;
  const answer = await postJson(url, key, { ...hello, ...simulate(behaviour), ...more });
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

/**
 * Rounds of one request to each node, until all of them refuse for longer than until the next exchange.
 *
 * @returns how many were served before
 */
async function useUp(key: string, code: string, more = {}): Promise<number> {
  let served = 0;
  await waitFor(
    'every node to refuse',
    async () => {
      const answers = await Promise.all(world.nodes().map((node) => ask(node, key, {}, more)));
      served += answers.filter(({ status }) => status === 200).length;
      const refusals = answers.filter(({ status }) => status !== 200);
      expect(refusals.filter((refusal) => refusal.code !== code)).toEqual([]);
      const areLong = refusals.every(({ headers }) => Number(headers.get('retry-after')) > 1);
      return refusals.length === answers.length && areLong;
    },
    times.patience,
  );
  return served;
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
    const served = await useUp(key, 'rate_limit_exceeded');
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

describe('limits of a channel', () => {
  async function addChannel(
    name: string,
    group: string,
    fields: { limits?: Record<string, number>; priority?: number } = {},
  ): Promise<void> {
    const { limits = {}, priority = 0 } = fields;
    const baseUrl = `${world.simulator.url}/as/${name}`;
    const config = JSON.stringify({ limits });
    await world.admin.createChannel({
      name,
      baseUrl,
      models: hello.model,
      group,
      config,
      priority,
    });
  }

  /** Which channel took a request. */
  async function channelOf({ status, headers }: Answer): Promise<string | undefined> {
    expect(status).toBe(200);
    const seen = await world.simulator.served(0);
    return seen.findLast(({ requestId }) => requestId === headers.get('x-request-id'))?.label;
  }

  it('of requests hold for all nodes together', async () => {
    const group = groupsOfChannels.requests;
    await addChannel('few-requests', group, { limits: { requests_per_minute: 12 } });
    const served = await useUp(await keyOf(group), 'upstream_rate_limited');
    expect(served).toBeGreaterThanOrEqual(12);
    expect(served).toBeLessThan(24); // each for itself would serve 36
  });

  it('of tokens hold for all nodes together, and count what was used', async () => {
    const group = groupsOfChannels.tokens;
    const limit = 300;
    await addChannel('few-tokens', group, { limits: { tokens_per_minute: limit } });
    const since = await world.simulator.count();
    const most = { max_tokens: 10 };

    await useUp(await keyOf(group), 'upstream_rate_limited', most);

    const used = (await world.simulator.served(since))
      .map(({ usageReported }) => usageReported!)
      .map(({ promptTokens, completionTokens }) => promptTokens + completionTokens);
    const all = used.reduce((sum, tokens) => sum + tokens, 0);
    // What was refused at the end had no room: a request is estimated at no more than twice what one uses.
    expect(all).toBeGreaterThan(limit - 2 * Math.max(...used));
    expect(all).toBeLessThan(2 * limit); // each for itself would use three times as much
  });

  it('send what is too much at once to another channel, and forget what a killed node held', async () => {
    const group = groupsOfChannels.held;
    await addChannel('few-at-once', group, { limits: { concurrency: 2 }, priority: 5 });
    await addChannel('spare', group);
    const key = await keyOf(group);
    const [master, killed, other] = world.nodes() as [Gateway, Gateway, Gateway];
    await occupy(killed, key, 2);
    for (const node of [killed, master, other])
      await waitFor(
        'the node to pass the full channel over',
        async () => (await channelOf(await ask(node, key))) === 'spare',
        2000,
      );
    await killed.kill('SIGKILL');
    expect(await channelOf(await ask(other, key))).toBe('spare');
    for (const node of [master, other])
      await waitFor(
        'the channel to have room again',
        async () => (await channelOf(await ask(node, key))) === 'few-at-once',
        times.patience,
      );
  });
});
