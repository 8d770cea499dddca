import { randomBytes, randomInt } from 'node:crypto';
import {
  channelStatuses,
  roles,
  type ApiToken,
  type ApiTokenRepository,
  type ChannelRepository,
  type NewApiToken,
  type NewChannel,
  type User,
  type UserRepository,
} from '@turnpike/core';
import { sendDemoTraffic } from './demo-traffic.ts';
import { simulatedModels } from './simulator-endpoints.ts';

export interface SeedDemoDeps {
  users: UserRepository;
  apiTokens: ApiTokenRepository;
  channels: ChannelRepository;
  hashPassword(password: string): Promise<string>;
  /** Makes what was written effective for the relay. */
  publish(): Promise<void>;
  /** Where this gateway listens, for the sample traffic. */
  gatewayUrl: string;
  /** Where the simulated provider listens. */
  providerUrl: string;
  /** Called with one line of text at a time. */
  print(line: string): void;
}

const dollar = 500_000;
const password = 'demo-password';

interface SampleUser {
  username: string;
  displayName: string;
  group: string;
  quota: number;
  tokens: readonly Omit<NewApiToken, 'userId' | 'key'>[];
}

const forever = { expiredTime: -1, models: null, subnet: null };

const sampleUsers: readonly SampleUser[] = [
  {
    username: 'alice',
    displayName: 'Alice (demo)',
    group: 'default',
    quota: 20 * dollar,
    tokens: [
      { ...forever, name: 'notebook', remainQuota: 0, unlimitedQuota: true },
      { ...forever, name: 'one dollar', remainQuota: dollar, unlimitedQuota: false },
    ],
  },
  {
    username: 'bob',
    displayName: 'Bob (demo)',
    group: 'vip',
    quota: 5 * dollar,
    tokens: [{ ...forever, name: 'application', remainQuota: 0, unlimitedQuota: true }],
  },
];

/**
 * Creates sample channels at the simulated provider, users with API tokens, and some traffic through the relay.
 * Repeating it adds nothing: channels are pointed at the provider's present address, the rest is left as it is.
 */
export async function seedDemo(deps: SeedDemoDeps): Promise<void> {
  await ensureChannels(deps);
  const accounts: { user: User; tokens: readonly ApiToken[] }[] = [];
  for (const sample of sampleUsers) accounts.push(await ensureUser(deps, sample));
  await deps.publish();

  const isFresh = accounts.every(({ user }) => user.requestCount === 0);
  if (isFresh) {
    const keys = accounts.flatMap(({ tokens }) => tokens.slice(0, 1).map(({ key }) => key));
    const { sent, succeeded } = await sendDemoTraffic(deps.gatewayUrl, keys);
    deps.print(
      `Demo: ${sent} sample requests sent, ${succeeded} answered (one in ten fails on purpose).`,
    );
  }
  deps.print(`Demo: simulated provider at ${deps.providerUrl}, channels "Simulated …".`);
  for (const { user, tokens } of accounts) {
    deps.print(`Demo: user ${user.username} / ${password}`);
    for (const { name, key } of tokens) deps.print(`Demo:   API token "${name}": sk-${key}`);
  }
}

async function ensureChannels({ channels, providerUrl }: SeedDemoDeps): Promise<void> {
  const present = await channels.list({ offset: 0, limit: 1000, keyword: 'Simulated' });
  for (const sample of sampleChannels(providerUrl)) {
    const { name, baseUrl } = sample;
    const found = present.find((channel) => channel.name === name);
    if (found === undefined) await channels.createMany([sample]);
    else if (found.baseUrl !== baseUrl) await channels.update(found.id, { baseUrl: baseUrl ?? '' });
  }
}

function sampleChannels(providerUrl: string): readonly NewChannel[] {
  const common = { type: 1, key: 'sk-simulated', models: simulatedModels.join(','), config: '' };
  return [
    {
      ...common,
      name: 'Simulated provider',
      baseUrl: `${providerUrl}/as/main`,
      group: 'default,vip',
      priority: 10,
    },
    {
      ...common,
      name: 'Simulated backup, slower',
      baseUrl: `${providerUrl}/as/backup/sim/latency=300`,
      group: 'default,vip',
      priority: 0,
    },
    {
      ...common,
      name: 'Simulated outage',
      baseUrl: `${providerUrl}/as/outage/sim/status=503`,
      group: 'default',
      priority: 0,
      status: channelStatuses.manuallyDisabled,
    },
  ];
}

async function ensureUser(
  { users, apiTokens, hashPassword }: SeedDemoDeps,
  sample: SampleUser,
): Promise<{ user: User; tokens: readonly ApiToken[] }> {
  const found = await users.findForLogin(sample.username);
  if (found !== undefined) {
    const tokens = await apiTokens.list({ userId: found.user.id, offset: 0, limit: 100 });
    return { user: found.user, tokens: [...tokens].reverse() };
  }
  const user = await users.create({
    username: sample.username,
    passwordHash: await hashPassword(password),
    displayName: sample.displayName,
    role: roles.common,
    group: sample.group,
    quota: sample.quota,
    quotaReason: 'demo',
    accessToken: randomBytes(16).toString('hex'),
    affCode: randomText(4),
  });
  const tokens: ApiToken[] = [];
  for (const token of sample.tokens) {
    tokens.push(await apiTokens.create({ ...token, userId: user.id, key: randomText(48) }));
  }
  return { user, tokens };
}

function randomText(length: number): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
