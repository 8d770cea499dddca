import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  ApiToken,
  ApiTokenRepository,
  Channel,
  ChannelRepository,
  User,
  UserRepository,
} from '@turnpike/core';
import { seedDemo, type SeedDemoDeps } from './seed-demo.ts';
import { startSimulatedProvider, type SimulatedProvider } from './simulated-provider.ts';

/** Repositories in memory, with only what the seed calls. */
function createMemory() {
  const users: User[] = [];
  const tokens: ApiToken[] = [];
  const channels: Channel[] = [];
  let published = 0;
  const lines: string[] = [];
  const deps = (providerUrl: string): SeedDemoDeps => ({
    users: {
      findForLogin: (login: string) => {
        const user = users.find(({ username }) => username === login);
        return Promise.resolve(user && { user, passwordHash: '' });
      },
      create: (user: object) => {
        users.push({ requestCount: 0, ...user, id: users.length + 1 } as User);
        return Promise.resolve(users.at(-1)!);
      },
    } as unknown as UserRepository,
    apiTokens: {
      list: ({ userId }: { userId: number }) =>
        Promise.resolve(tokens.filter((token) => token.userId === userId)),
      create: (token: object) => {
        tokens.push({ ...token, id: tokens.length + 1 } as ApiToken);
        return Promise.resolve(tokens.at(-1)!);
      },
    } as unknown as ApiTokenRepository,
    channels: {
      list: () => Promise.resolve(channels),
      createMany: (created: readonly object[]) => {
        for (const one of created) channels.push({ ...one, id: channels.length + 1 } as Channel);
        return Promise.resolve(channels);
      },
      update: (id: number, change: object) => {
        const at = channels.findIndex((channel) => channel.id === id);
        channels[at] = { ...channels[at]!, ...change };
        return Promise.resolve(channels[at]);
      },
    } as unknown as ChannelRepository,
    hashPassword: (password) => Promise.resolve(`hashed ${password}`),
    publish: () => {
      published += 1;
      return Promise.resolve();
    },
    gatewayUrl: provider.url,
    providerUrl,
    print: (line) => lines.push(line),
  });
  return { users, tokens, channels, lines, deps, published: () => published };
}

let provider: SimulatedProvider;
beforeAll(async () => {
  provider = await startSimulatedProvider();
});
afterAll(() => provider.close());

describe('the demo', () => {
  it('makes channels, users, tokens and traffic, and says what it made', async () => {
    const memory = createMemory();
    await seedDemo(memory.deps(provider.url));
    expect(memory.channels.map(({ name }) => name)).toEqual([
      'Simulated provider',
      'Simulated backup, slower',
      'Simulated outage',
    ]);
    expect(memory.users).toHaveLength(2);
    expect(memory.tokens.every(({ key }) => /^[0-9a-zA-Z]{48}$/.test(key))).toBe(true);
    expect(memory.published()).toBe(1);
    expect(memory.lines.join('\n')).toContain('20 sample requests sent, 18 answered');
    for (const { key } of memory.tokens) expect(memory.lines.join('\n')).toContain(`sk-${key}`);
  });

  it('adds nothing the second time, but follows the provider to its new address', async () => {
    const memory = createMemory();
    await seedDemo(memory.deps(provider.url));
    for (const user of memory.users) user.requestCount = 10;
    const before = provider.requests.count;
    await seedDemo(memory.deps('http://127.0.0.1:1'));
    expect(memory.channels).toHaveLength(3);
    expect(memory.users).toHaveLength(2);
    expect(memory.tokens).toHaveLength(3);
    expect(memory.channels[0]?.baseUrl).toBe('http://127.0.0.1:1/as/main');
    expect(provider.requests.count).toBe(before);
  });
});
