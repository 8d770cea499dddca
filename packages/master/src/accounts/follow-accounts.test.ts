import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  silentLogger,
  type AccountBatch,
  type AccountDirectory,
  type AccountSource,
  type ApiTokenAccount,
  type BusEvents,
  type Logger,
  type RemovedApiToken,
  type UserAccount,
} from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { createFakeMetrics, type CountedMetrics } from '../testing/fake-metrics.ts';
import { followAccounts, type AccountFollower } from './follow-accounts.ts';

function makeUser(id: number, recordVersion: number): UserAccount {
  return {
    id,
    username: `u${id}`,
    role: 1,
    status: 1,
    group: 'default',
    limits: undefined,
    quota: 0,
    quotaVersion: 0,
    recordVersion,
  };
}

function makeToken(id: number): ApiTokenAccount {
  return {
    ...{ id, userId: 1, keyHash: `hash ${id}`, name: '', status: 1, expiredTime: -1 },
    ...{ unlimitedQuota: true, models: undefined, subnets: [], limits: undefined },
    ...{ quota: 0, quotaVersion: 0, recordVersion: 1 },
  };
}

const noTokens = { apiTokens: [], removedApiTokens: [] };

/** Users of a database. */
class FakeSource implements AccountSource {
  version = 0;
  isAway = false;
  passes = 0;
  users = new Map<number, UserAccount>();
  /** Ids of tokens. */
  apiTokens = new Set<number>();
  /** Users that another program inserted. */
  foreign: number[] = [];

  stampForeign(): Promise<boolean> {
    const id = this.foreign.shift();
    if (id !== undefined) this.change(id);
    return Promise.resolve(this.foreign.length > 0);
  }

  change(id: number): void {
    this.version += 1;
    this.users.set(id, makeUser(id, this.version));
  }

  latestVersion(): Promise<number> {
    return this.isAway ? Promise.reject(new Error('away')) : Promise.resolve(this.version);
  }

  readChanges(version: number, limit: number) {
    const changed = [...this.users.values()]
      .filter(({ recordVersion }) => recordVersion > version)
      .sort((a, b) => a.recordVersion - b.recordVersion);
    const users = changed.slice(0, limit);
    const isLast = changed.length < limit;
    const last = isLast ? this.version : (users.at(-1)?.recordVersion ?? version);
    return Promise.resolve({ users, ...noTokens, version: last, isLast });
  }

  read({ userIds, apiTokenIds }: Parameters<AccountSource['read']>[0]): Promise<AccountBatch> {
    const users = userIds.flatMap((id) => this.users.get(id) ?? []);
    const apiTokens = apiTokenIds.filter((id) => this.apiTokens.has(id)).map(makeToken);
    return Promise.resolve({ users, apiTokens, removedApiTokens: [] });
  }

  async *pages(size: number): AsyncIterable<AccountBatch> {
    this.passes += 1;
    const users = [...this.users.values()];
    for (let start = 0; start < users.length; start += size)
      yield await Promise.resolve({ users: users.slice(start, start + size), ...noTokens });
  }

  raiseVersions(version: number): Promise<void> {
    if (this.version >= version) return Promise.resolve();
    this.version += version;
    for (const [id, user] of this.users)
      this.users.set(id, makeUser(id, user.recordVersion + version));
    return Promise.resolve();
  }
}

class FakeDirectory implements AccountDirectory {
  users = new Map<number, number>();
  marker = false;
  pass = false;
  applied = 0;
  apiTokensKnown = new Map<number, RemovedApiToken>();
  onPut: () => void = () => undefined;

  async *apiTokens() {
    for (const token of [...this.apiTokensKnown.values()]) yield await Promise.resolve([token]);
  }

  put({ users, removedApiTokens }: AccountBatch): Promise<void> {
    for (const { id, recordVersion } of removedApiTokens)
      if ((this.apiTokensKnown.get(id)?.recordVersion ?? 0) <= recordVersion)
        this.apiTokensKnown.delete(id);
    for (const { id, recordVersion } of users)
      if ((this.users.get(id) ?? -1) <= recordVersion) this.users.set(id, recordVersion);
    this.onPut();
    return Promise.resolve();
  }

  isComplete(): Promise<boolean> {
    if (!this.marker) this.pass = true;
    return Promise.resolve(this.marker);
  }

  markComplete(): Promise<boolean> {
    this.marker = this.pass;
    return Promise.resolve(this.marker);
  }

  appliedVersion(): Promise<number> {
    return Promise.resolve(this.applied);
  }

  markApplied(version: number): Promise<void> {
    this.applied = Math.max(this.applied, version);
    return Promise.resolve();
  }

  lose(): void {
    this.users.clear();
    this.marker = this.pass = false;
    this.applied = 0;
  }
}

describe('followAccounts', () => {
  let source: FakeSource;
  let directory: FakeDirectory;
  let told: BusEvents['accounts-changed'][];
  let followers: AccountFollower[];
  let messages: string[];
  let metrics: CountedMetrics;
  const logger: Logger = {
    ...silentLogger,
    error: (_fields, message) => messages.push(message),
    warn: (_fields, message) => messages.push(message),
  };
  beforeEach(() => {
    source = new FakeSource();
    directory = new FakeDirectory();
    told = [];
    followers = [];
    messages = [];
    metrics = createFakeMetrics();
    for (let id = 1; id <= 5; id += 1) source.change(id);
  });
  afterEach(async () => {
    for (const follower of followers) await follower.stop();
  });

  async function start(settings: { syncIntervalMs?: number } = {}): Promise<AccountFollower> {
    const follower = await followAccounts({
      accountSource: source,
      accountDirectory: directory,
      metrics,
      isTransientError: (error) => String(error).includes('away'),
      tellAccountsChanged(change) {
        told.push(change);
        return Promise.resolve();
      },
      settings: { syncIntervalMs: 3_600_000, pollMs: 10, pageSize: 2, ...settings },
      logger,
    });
    followers.push(follower);
    return follower;
  }

  const isSame = () =>
    [...source.users.values()].every((user) => directory.users.get(user.id) === user.recordVersion);

  it('fills a directory that is not complete before it resolves', async () => {
    await start();
    expect(directory).toMatchObject({ marker: true, applied: 5 });
    expect(isSame()).toBe(true);
    expect(told).toEqual([]);
  });

  it('leaves a complete directory as it is but for what changed since', async () => {
    directory.marker = true;
    directory.applied = 3;

    await start();

    expect(source.passes).toBe(0);
    expect([...directory.users.keys()]).toEqual([4, 5]);
    expect(told).toEqual([{ userIds: [4, 5], apiTokenIds: [] }]);
    expect(directory.applied).toBe(5);
  });

  it('brings a change that nobody announced to the directory, then to the nodes', async () => {
    await start();
    let toldAtPut = -1;
    directory.onPut = () => (toldAtPut = told.length);

    source.change(2);

    await waitUntil(() => told.length === 1);
    expect(toldAtPut).toBe(0);
    expect(told).toEqual([{ userIds: [2], apiTokenIds: [] }]);
    await waitUntil(() => directory.applied === 6);
    expect(isSame()).toBe(true);
  });

  it('fills the directory again after it lost everything, and after it fell back', async () => {
    await start();

    directory.lose();
    await waitUntil(() => directory.marker && isSame());

    source.change(1);
    await waitUntil(() => directory.applied === 6);
    directory.users.set(1, 1);
    directory.applied = 5;
    await waitUntil(() => isSame());
  });

  it('is not fooled by a loss in the middle of filling', async () => {
    let puts = 0;
    directory.onPut = () => {
      puts += 1;
      if (puts === 2) directory.lose();
    };

    await start();

    await waitUntil(() => directory.marker);
    expect(isSame()).toBe(true);
    expect(messages).toEqual([
      'directory of accounts lost data while it was filled; it is filled again',
    ]);
  });

  it('follows a database that was restored to an earlier moment', async () => {
    await start();
    source.change(1);
    source.change(2);
    await waitUntil(() => directory.applied === 7);

    source.version = 5;
    source.users.set(1, makeUser(1, 1));
    source.users.set(2, makeUser(2, 2));

    await waitUntil(() => directory.applied > 1_000_000);
    expect(isSame()).toBe(true);
    expect(told).toContainEqual({ userIds: [], apiTokenIds: [] });
    expect(messages).toEqual(['database is older than what relays know; relays follow it']);
    source.change(3);
    await waitUntil(() => told.at(-1)?.userIds[0] === 3 && isSame());
  });

  describe('tokens that relays know and the database does not', () => {
    const know = (id: number) =>
      directory.apiTokensKnown.set(id, {
        ...{ id, userId: 1, keyHash: `hash ${id}`, recordVersion: 7 },
      });
    const isRemoved = () => [...directory.apiTokensKnown.keys()].join() === '1';
    beforeEach(() => {
      source.apiTokens.add(1);
      know(1);
      know(2);
    });

    it('stop working when the database was restored to a moment before them', async () => {
      directory.marker = true;
      directory.applied = 9;
      await start();
      expect(isRemoved()).toBe(true);
      expect(told).toEqual([{ userIds: [], apiTokenIds: [] }]);
    });

    it('stop working when another program deleted them', async () => {
      await start({ syncIntervalMs: 20 });
      await waitUntil(() => told.length > 0);
      expect(isRemoved()).toBe(true);
      expect(told).toEqual([{ userIds: [], apiTokenIds: [2] }]);
    });
  });

  it('brings what another program inserted to the directory and the nodes', async () => {
    await start();
    source.foreign = [6, 7, 8];
    await waitUntil(() => directory.applied === 8);
    expect(isSame()).toBe(true);
    expect(told.flatMap(({ userIds }) => userIds)).toEqual([6, 7, 8]);
  });

  it('goes on after the database was away, and complains once', async () => {
    source.isAway = true;
    await start();
    await waitUntil(() => messages.length > 0);
    source.isAway = false;

    await waitUntil(() => directory.marker && isSame());

    expect(messages).toEqual(['accounts are not followed; trying again']);
    expect(metrics.counts).toEqual({ databaseFailed: expect.any(Number) });
  });

  it('loads what relays ask for, and the whole directory only where it is missing', async () => {
    const follower = await start();
    directory.users.clear();

    await follower.hydrate({ userIds: [3, 99], apiTokenIds: [] });
    expect([...directory.users.keys()]).toEqual([3]);
    await follower.hydrate({ userIds: [], apiTokenIds: [] });
    expect(source.passes).toBe(1);
    directory.marker = false;
    await Promise.all([1, 2].map(() => follower.hydrate({ userIds: [], apiTokenIds: [] })));
    expect(source.passes).toBe(2);
    expect(isSame()).toBe(true);
  });

  it('passes over everything now and then, and when it is told to', async () => {
    const follower = await start();
    directory.users.clear();
    await follower.refresh();
    expect(isSame()).toBe(true);
    await follower.stop();

    directory.users.clear();
    await start({ syncIntervalMs: 20 });
    await waitUntil(() => isSame());
  });

  it('does nothing more once it is stopped', async () => {
    const follower = await start();
    await follower.stop();
    source.change(1);
    const until = Date.now() + 50;
    await waitUntil(() => Date.now() > until);
    expect(told).toEqual([]);
  });
});
