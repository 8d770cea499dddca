import type { AccountDirectory, AccountSource } from '@turnpike/core';

export interface HydrateDirectoryDeps {
  accountSource: Pick<AccountSource, 'pages'>;
  accountDirectory: Pick<AccountDirectory, 'put' | 'isComplete' | 'markComplete'>;
  /** Writes a line for people. */
  print: (line: string) => void;
}

const PAGE = 500;
const PAGES_BETWEEN_LINES = 20;

/**
 * `turnpike rebuild-redis`: writes every account and key from the database to where the relays of a cluster find them.
 * Can be run at any time, and again after it was stopped: only what is newer than what is there is written.
 */
export async function hydrateDirectory({
  accountSource,
  accountDirectory,
  print,
}: HydrateDirectoryDeps): Promise<number> {
  const wasComplete = await accountDirectory.isComplete();
  let users = 0;
  let apiTokens = 0;
  let pages = 0;
  for await (const page of accountSource.pages(PAGE)) {
    await accountDirectory.put(page);
    users += page.users.length;
    apiTokens += page.apiTokens.length;
    pages += 1;
    if (pages % PAGES_BETWEEN_LINES === 0)
      print(`… ${String(users)} users, ${String(apiTokens)} tokens`);
  }
  if (!wasComplete && !(await accountDirectory.markComplete())) {
    print('Redis lost its data meanwhile. Run the command again.');
    return 1;
  }
  print(`Redis knows every account: ${String(users)} users, ${String(apiTokens)} tokens.`);
  return 0;
}
