import {
  errors,
  roles,
  silentLogger,
  type AuditEntry,
  type BusEvents,
  type ConfigBus,
  type ConfigSnapshot,
  type OptionRepository,
  type ProbeResult,
  type TokenRecord,
} from '@turnpike/core';
import { randomUUID } from 'node:crypto';
import bcrypt from 'bcrypt';
import request from 'supertest';
import { createMaster, type Master, type MasterDeps, type MasterSettings } from '../index.ts';
import { drawAccessToken } from '../services/random-keys.ts';
import { createInMemoryApiTokens, type InMemoryApiTokens } from './in-memory-api-tokens.ts';
import { createInMemoryChannels, type InMemoryChannels } from './in-memory-channels.ts';
import { createInMemoryLedger, type InMemoryLedger } from './in-memory-ledger.ts';
import { createInMemoryLogs, type InMemoryLogs } from './in-memory-logs.ts';
import {
  createInMemoryGivenUp,
  createInMemoryNotifications,
  type InMemoryGivenUp,
  type InMemoryNotifications,
} from './in-memory-notifications.ts';
import {
  createInMemoryCodes,
  createInMemoryIdentities,
  createInMemorySessions,
  type InMemorySessions,
} from './in-memory-sign-in.ts';
import { pageRows } from './page-rows.ts';
import { createInMemoryRedemptions, type InMemoryRedemptions } from './in-memory-redemptions.ts';
import { createInMemoryUsage, type InMemoryUsage } from './in-memory-usage.ts';
import { createInMemoryUsers, type InMemoryUsers } from './in-memory-users.ts';

export interface TestMaster {
  master: Master;
  users: InMemoryUsers;
  sessions: InMemorySessions;
  notifications: InMemoryNotifications;
  givenUp: InMemoryGivenUp;
  apiTokens: InMemoryApiTokens;
  channels: InMemoryChannels;
  redemptions: InMemoryRedemptions;
  ledger: InMemoryLedger;
  logs: InMemoryLogs;
  usage: InMemoryUsage;
  stored: Record<string, string>;
  audit: AuditEntry[];
  published: ConfigSnapshot[];
  announced: BusEvents['accounts-changed'][];
  /** What the next probes answer; a function of the channel. */
  probe: { answer: (channelId: number) => Promise<ProbeResult> };
  clock: { now(): number; advance(ms: number): void };
  /** Calls the API as this user, by access token. */
  as(username: string): Call;
  /** Calls it as nobody. */
  anonymous: Call;
  addUser(username: string, role?: number, password?: string): Promise<number>;
}

type Method = 'get' | 'post' | 'put' | 'delete';
export type Call = Record<Method, (path: string) => request.Test>;

export const PASSWORD = 'correct horse';

/** A control plane on in-memory repositories with one root, one administrator and one ordinary user. */
export async function openMaster(
  settings: Partial<MasterSettings> = {},
  overrides: Partial<MasterDeps> = {},
): Promise<TestMaster> {
  const sessions = createInMemorySessions();
  const users = createInMemoryUsers((userId) => sessions.endAll(userId));
  const notifications = createInMemoryNotifications();
  const givenUp = createInMemoryGivenUp();
  const apiTokens = createInMemoryApiTokens();
  const channels = createInMemoryChannels();
  const ledger = createInMemoryLedger(users, apiTokens);
  const usage = createInMemoryUsage();
  const stored: Record<string, string> = {};
  const audit: AuditEntry[] = [];
  const { configBus, published, announced } = createBus();
  const clock = createClock();
  const logs = createInMemoryLogs(() => clock.now());
  const redemptions = createInMemoryRedemptions(ledger, clock);
  const probe: TestMaster['probe'] = { answer: async () => okProbe };
  const options: OptionRepository = {
    all: async () => ({ ...stored }),
    async set(values) {
      for (const [key, value] of Object.entries(values)) {
        if (value === undefined) Reflect.deleteProperty(stored, key);
        else stored[key] = value;
      }
      channels.version += 1;
    },
  };

  const master = createMaster({
    users,
    sessions,
    notifications,
    givenUpNotifications: givenUp,
    identities: createInMemoryIdentities(users),
    oneTimeCodes: createInMemoryCodes(),
    quotaReminders: { take: async () => [] },
    apiTokens,
    channels,
    redemptions,
    options,
    configRepository: {
      readSnapshot: async () => toSnapshot(channels, stored),
      readVersion: async () => channels.version,
      raiseVersion: async () => undefined,
    },
    requestLogs: logs,
    usageStatistics: usage,
    ledgerRepository: ledger,
    isOutage: (error) => (error as { code?: unknown }).code === 'AWAY',
    configBus,
    channelProbe: { probe: (id) => probe.answer(id) },
    modelCatalogue: {
      modelsByChannelType: { 1: ['gpt-4o'], 43: null },
      models: [{ id: 'gpt-4o', ownedBy: 'openai' }],
    },
    identifyClient: async ({ headers }) => identify(headers.authorization),
    findBalanceQuery: () => undefined,
    findModelListQuery: () => undefined,
    auditLog: {
      record: async (entry) => void audit.push(entry),
      page: async ({ action = '' }, query) =>
        pageRows(
          audit
            .map((entry, index) => ({ ...entry, id: index + 1 }))
            .filter((entry) => entry.action.startsWith(action)),
          query,
        ),
    },
    rateLimiter: createLimiter(clock),
    clock,
    logger: silentLogger,
    newRequestId: randomUUID,
    settings: { ...testSettings, ...settings },
    ...overrides,
  });

  /** As the relay does, as far as the routes here need it. */
  function identify(authorization = ''): TokenRecord {
    const key = authorization.replace(/^Bearer sk-/, '');
    const token = [...apiTokens.rows.values()].find((row) => row.key === key);
    const user = token && users.rows.get(token.userId);
    if (token === undefined || user === undefined) throw errors.keyUnknown();
    return {
      apiTokenId: token.id,
      apiTokenName: token.name,
      status: token.status,
      expiredTime: token.expiredTime,
      unlimitedQuota: token.unlimitedQuota,
      models: undefined,
      subnets: [],
      userId: user.id,
      username: user.username,
      userStatus: user.status,
      userRole: user.role,
      group: user.group,
      apiTokenRecordVersion: 1,
      userRecordVersion: 1,
    };
  }

  const addUser = async (username: string, role: number = roles.common, password = PASSWORD) => {
    const { id } = await users.create({
      username,
      passwordHash: await bcrypt.hash(password, 4),
      displayName: username,
      role,
      quota: 1000,
      quotaReason: 'opening',
      accessToken: drawAccessToken(),
      affCode: username,
    });
    return id;
  };
  await addUser('root', roles.root, '123456');
  await addUser('admin', roles.admin);
  await addUser('alice');

  return {
    ...{
      master,
      users,
      apiTokens,
      channels,
      redemptions,
      ledger,
      logs,
      usage,
      stored,
      audit,
      published,
      announced,
    },
    ...{ probe, clock, addUser, sessions, notifications, givenUp },
    anonymous: createCall(master),
    as(username) {
      const row = [...users.rows.values()].find((user) => user.username === username);
      return createCall(master, row?.accessToken);
    },
  };
}

export const okProbe: ProbeResult = {
  isOk: true,
  message: 'gpt-4o',
  durationMs: 1200,
  model: 'gpt-4o',
  isFatal: false,
};

export const testSessionSecret = 'a secret of the tests';

const testSettings: MasterSettings = {
  sessionSecret: testSessionSecret,
  secureCookies: 'auto',
  trustedProxies: [],
  globalApiRateLimit: 480,
  version: 'v1.2.3',
  startTime: 1_700_000_000,
  pollingIntervalMs: 0,
  probeTimeoutMs: 5_000,
  channelTestIntervalMs: undefined,
  channelUpdateIntervalMs: undefined,
  quotaReminderIntervalMs: 60_000,
  configSyncIntervalMs: 60_000,
};

function createCall({ router }: Master, accessToken?: string): Call {
  const call = (method: Method) => (path: string) => {
    const test = request(router)[method](path);
    return accessToken === undefined ? test : test.set('authorization', `Bearer ${accessToken}`);
  };
  return { get: call('get'), post: call('post'), put: call('put'), delete: call('delete') };
}

function createClock() {
  let now = 1_700_000_000_000;
  return {
    now: () => now,
    advance(ms: number) {
      now += ms;
    },
  };
}

/** Sliding window, as the port promises. */
function createLimiter(clock: { now(): number }): MasterDeps['rateLimiter'] {
  const calls = new Map<string, number[]>();
  return {
    async take(key, { count, windowMs }) {
      const recent = (calls.get(key) ?? []).filter((at) => at > clock.now() - windowMs);
      if (recent.length >= count)
        return { allowed: false, retryAfterMs: windowMs - (clock.now() - (recent[0] ?? 0)) };
      calls.set(key, [...recent, clock.now()]);
      return { allowed: true };
    },
    forget: async (key) => void calls.delete(key),
  };
}

function createBus() {
  const published: ConfigSnapshot[] = [];
  const announced: BusEvents['accounts-changed'][] = [];
  const handlers = new Set<(event: { version: number }) => void>();
  const configBus: ConfigBus = {
    async publishSnapshot(snapshot) {
      published.push(snapshot);
      for (const handle of handlers) handle({ version: snapshot.version });
    },
    latestSnapshot: async () => published.at(-1),
    announceAccounts: async (change) => void announced.push(change),
    subscribe(name, handler) {
      if (name !== 'config-changed') return () => undefined;
      const handle = handler as (event: { version: number }) => void;
      handlers.add(handle);
      return () => void handlers.delete(handle);
    },
  };
  return { configBus, published, announced };
}

function toSnapshot(channels: InMemoryChannels, options: Record<string, string>): ConfigSnapshot {
  return {
    version: channels.version,
    options: { ...options },
    channels: [...channels.rows.values()].map((row) => ({
      id: row.id,
      type: row.type,
      name: row.name,
      status: row.status,
      sealedKey: row.key,
      baseUrl: row.baseUrl ?? '',
      models: row.models.split(','),
      groups: row.group.split(','),
      modelMapping: JSON.parse(
        row.modelMapping === null || row.modelMapping === '' ? '{}' : row.modelMapping,
      ) as Record<string, string>,
      priority: row.priority ?? 0,
      weight: row.weight ?? 0,
      config: {},
      other: row.other ?? '',
      systemPrompt: row.systemPrompt ?? '',
    })),
  };
}
