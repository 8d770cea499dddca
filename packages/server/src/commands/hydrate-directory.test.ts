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

function openDirectory(
  pages: readonly AccountBatch[],
  { isComplete = false, keepsData = true } = {},
) {
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
        isComplete: async () => isComplete,
        async markComplete() {
          steps.push('complete');
          return keepsData;
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

    expect(steps).toEqual(['put 2', 'put 2', 'complete']);
    expect(lines).toEqual(['Redis knows every account: 4 users, 0 tokens.']);
  });

  it('says that it has to be run again where Redis was flushed meanwhile', async () => {
    const { run, lines } = openDirectory([page], { keepsData: false });
    expect(await run()).toBe(1);
    expect(lines).toEqual(['Redis lost its data meanwhile. Run the command again.']);
  });

  it('goes over a complete directory, too', async () => {
    const { run, steps } = openDirectory([page], { isComplete: true });
    expect(await run()).toBe(0);
    expect(steps).toEqual(['put 2']);
  });

  it('tells how far it is', async () => {
    const { run, lines } = openDirectory(Array.from({ length: 45 }, () => page));
    await run();
    expect(lines.slice(0, 2)).toEqual(['… 40 users, 0 tokens', '… 80 users, 0 tokens']);
  });
});
