import { beforeEach, describe, expect, it } from '@jest/globals';
import type {
  AccountDirectory,
  ConfigBus,
  LedgerBook,
  UsageConsumer,
  UsageQueue,
} from '@turnpike/core';
import { guardBook, guardBus, guardDirectory, guardQueue } from './guard-writers.ts';

let isOurs: boolean;
let calls: string[];
const claim = {
  requireOurs: () => (isOurs ? Promise.resolve() : Promise.reject(new Error('another database'))),
};
beforeEach(() => {
  isOurs = true;
  calls = [];
});

/** Whatever is called of it is noted. */
function recorder<Port extends object>(names: readonly (keyof Port & string)[]): Port {
  const note = (name: string) => () => Promise.resolve(void calls.push(name));
  return Object.fromEntries(names.map((name) => [name, note(name)])) as unknown as Port;
}

const bus = recorder<ConfigBus>(['publishSnapshot', 'announceAccounts', 'latestSnapshot']);
const directory = recorder<AccountDirectory>(['put', 'isComplete']);
const book = recorder<LedgerBook>(['overwrite', 'absorb']);
let handed: UsageConsumer | undefined;
const queue: UsageQueue = {
  ...recorder<UsageQueue>(['add', 'counts']),
  consume(consumer) {
    handed = consumer;
    return Promise.resolve({ stop: () => Promise.resolve() });
  },
};

async function consume(): Promise<UsageConsumer> {
  await guardQueue(queue, claim).consume(recorder<UsageConsumer>(['apply', 'park']));
  return handed!;
}

const accounts = { users: [], apiTokens: [], removedApiTokens: [] };
const balance = { id: 1, quota: 1, version: 1 };
const snapshot = { version: 1, channels: [], options: {} };
const batch = { v: 1, id: 'id', nodeId: 'node', events: [] };

const writes: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['publishSnapshot', () => guardBus(bus, claim).publishSnapshot(snapshot)],
  [
    'announceAccounts',
    () => guardBus(bus, claim).announceAccounts({ userIds: [1], apiTokenIds: [] }),
  ],
  ['put', () => guardDirectory(directory, claim).put(accounts)],
  ['overwrite', () => guardBook(book, claim).overwrite({ kind: 'user', userId: 1 }, balance, 1)],
  ['add', () => guardQueue(queue, claim).add(batch)],
  ['apply', async () => (await consume()).apply([batch])],
  ['park', async () => (await consume()).park({ id: 'id', data: '', reason: '' })],
];

describe('what writes what comes from the database, or into it', () => {
  it.each(writes)('does so while Redis is its own, and never else: %s', async (name, write) => {
    await write();
    expect(calls).toEqual([name]);
    isOurs = false;
    await expect(write()).rejects.toThrow('another database');
    expect(calls).toEqual([name]);
  });

  it('lets what only reads, or follows a charge, through', async () => {
    isOurs = false;
    await guardBus(bus, claim).latestSnapshot();
    await guardDirectory(directory, claim).isComplete();
    await guardBook(book, claim).absorb([], { charged: 0, repeated: 0, users: [], apiTokens: [] });
    await guardQueue(queue, claim).counts();
    expect(calls).toEqual(['latestSnapshot', 'isComplete', 'absorb', 'counts']);
  });
});
