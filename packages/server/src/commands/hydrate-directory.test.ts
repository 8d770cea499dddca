import { describe, expect, it } from '@jest/globals';
import type { AccountBatch } from '@turnpike/core';
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

function openDirectory(pages: readonly AccountBatch[], marks: boolean[] = [true]) {
  const steps: string[] = [];
  const lines: string[] = [];
  const run = () =>
    hydrateDirectory({
      accountSource: {
        async *pages() {
          yield* pages;
        },
      },
      accountDirectory: {
        put: async ({ users }) => void steps.push(`put ${String(users.length)}`),
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
