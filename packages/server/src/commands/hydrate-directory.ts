import type { AccountDirectory, AccountSource, BusEvents } from '@turnpike/core';
import { removeLostTokens } from '@turnpike/master';

export interface HydrateDirectoryDeps {
  accountSource: Pick<AccountSource, 'pages' | 'read' | 'latestVersion'>;
  accountDirectory: Pick<AccountDirectory, 'put' | 'isComplete' | 'markComplete' | 'apiTokens'>;
  /** Tells the nodes that these accounts, already in the directory, changed. */
  tellAccountsChanged(change: BusEvents['accounts-changed']): Promise<void>;
  /** Writes a line for people. */
  print: (line: string) => void;
}

const PAGE = 500;
const PAGES_BETWEEN_LINES = 20;
const MAX_PASSES = 3;

/**
 * `turnpike rebuild-redis`: writes every account and key from the database to where the relays of a cluster find them.
 * Can be run at any time, and again after it was stopped: only what is newer than what is there is written. Keys whose
 * tokens the database does not have stop working.
 *
 * @returns the exit code: 1 where Redis lost its data again and again meanwhile
 */
export async function hydrateDirectory(deps: HydrateDirectoryDeps): Promise<number> {
  const { accountDirectory, print } = deps;
  for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
    const wasComplete = await accountDirectory.isComplete();
    const { users, apiTokens } = await putAll(deps);
    if (wasComplete || (await accountDirectory.markComplete())) {
      print(`Redis knows every account: ${String(users)} users, ${String(apiTokens)} tokens.`);
      await dropLostTokens(deps);
      return 0;
    }
    print('Redis lost its data meanwhile.');
  }
  return 1;
}

async function dropLostTokens(deps: HydrateDirectoryDeps): Promise<void> {
  const apiTokenIds = await removeLostTokens(deps);
  if (apiTokenIds.length === 0) return;
  await deps.tellAccountsChanged({ userIds: [], apiTokenIds });
  deps.print(
    `It also knew ${String(apiTokenIds.length)} tokens that the database does not have: removed.`,
  );
}

async function putAll({
  accountSource,
  accountDirectory,
  print,
}: HydrateDirectoryDeps): Promise<{ users: number; apiTokens: number }> {
  let [users, apiTokens, pages] = [0, 0, 0];
  for await (const page of accountSource.pages(PAGE)) {
    await accountDirectory.put(page);
    users += page.users.length;
    apiTokens += page.apiTokens.length;
    pages += 1;
    if (pages % PAGES_BETWEEN_LINES === 0)
      print(`… ${String(users)} users, ${String(apiTokens)} tokens`);
  }
  return { users, apiTokens };
}
