import { describe, expect, it } from '@jest/globals';
import type { AccountBatch, RemovedApiToken } from '@turnpike/core';
import { hydrateDirectory } from './hydrate-directory.ts';

const user = {
  id: 1,
  username: 'a',
  role: 1,
  status: 1,
  group: 'default',
  limits: undefined,
  quota: 1,
  quotaVersion: 1,
  recordVersion: 1,
};

function openDirectory(
  pages: readonly AccountBatch[],
  marks: boolean[] = [true],
  lost: readonly RemovedApiToken[] = [],
) {
  const steps: string[] = [];
  const lines: string[] = [];
  const run = () =>
    hydrateDirectory({
      accountSource: {
        async *pages() {
          yield* pages;
        },
        read: async () => ({ users: [], apiTokens: [], removedApiTokens: [] }),
        latestVersion: async () => 9,
      },
      accountDirectory: {
        async put({ users, removedApiTokens }) {
          const removed = removedApiTokens.map(
            ({ id, recordVersion }) => `${id} at ${recordVersion}`,
          );
          steps.push(removed.length > 0 ? `remove ${removed.join()}` : `put ${users.length}`);
        },
        async *apiTokens() {
          yield lost;
        },
        async isComplete() {
          steps.push('begin');
          return false;
        },
        async markComplete() {
          const mark = marks.shift() ?? false;
          steps.push(mark ? 'complete' : 'lost');
          return mark;
        },
      },
      tellAccountsChanged: async ({ apiTokenIds }) => void steps.push(`tell ${apiTokenIds.join()}`),
      print: (line) => void lines.push(line),
    });
  return { run, steps, lines };
}

const page: AccountBatch = { users: [user, user], apiTokens: [], removedApiTokens: [] };

describe('turnpike rebuild-redis', () => {
  it('writes every page, then says that the directory is complete', async () => {
    const { run, steps, lines } = openDirectory([page, page]);

    expect(await run()).toBe(0);

    expect(steps).toEqual(['begin', 'put 2', 'put 2', 'complete']);
    expect(lines).toEqual(['Redis knows every account: 4 users, 0 tokens.']);
  });

  it('removes the keys of tokens that the database does not have', async () => {
    const lost = [{ id: 5, userId: 1, keyHash: 'hash', recordVersion: 7 }];
    const { run, steps, lines } = openDirectory([page], [true], lost);
    expect(await run()).toBe(0);
    expect(steps.slice(-2)).toEqual(['remove 5 at 9', 'tell 5']);
    expect(lines.at(-1)).toBe('It also knew 1 tokens that the database does not have: removed.');
  });

  it('begins again when Redis lost its data meanwhile, but not for ever', async () => {
    const unlucky = openDirectory([page], [false, true]);
    expect(await unlucky.run()).toBe(0);
    expect(unlucky.steps).toEqual(['begin', 'put 2', 'lost', 'begin', 'put 2', 'complete']);

    const hopeless = openDirectory([page], []);
    expect(await hopeless.run()).toBe(1);
    expect(hopeless.lines).toHaveLength(3);
  });

  it('tells how far it is', async () => {
    const { run, lines } = openDirectory(Array.from({ length: 45 }, () => page));
    await run();
    expect(lines.slice(0, 2)).toEqual(['… 40 users, 0 tokens', '… 80 users, 0 tokens']);
  });
});
