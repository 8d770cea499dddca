import type { AccountDirectory, AccountSource } from '@turnpike/core';
import { pause } from '../services/pause.ts';

export interface LostTokensDeps {
  accountSource: Pick<AccountSource, 'read' | 'latestVersion'>;
  accountDirectory: Pick<AccountDirectory, 'apiTokens' | 'put'>;
  /** Milliseconds after each page. Default 0. */
  pauseMs?: number;
  /** Ends it after the page under way. */
  signal?: AbortSignal;
}

/**
 * Makes keys unusable whose tokens the database does not have: they were made after the moment to which it was restored,
 * or another program deleted them. What is deleted here leaves a row, and needs none of this.
 *
 * @returns ids of these tokens
 */
export async function removeLostTokens({
  accountSource,
  accountDirectory,
  pauseMs = 0,
  signal = new AbortController().signal,
}: LostTokensDeps): Promise<number[]> {
  const ids: number[] = [];
  // The directory is read first: what is not in the database afterwards was there before, or never.
  for await (const page of accountDirectory.apiTokens()) {
    const stored = await accountSource.read({
      userIds: [],
      apiTokenIds: page.map(({ id }) => id),
    });
    const known = new Set([...stored.apiTokens, ...stored.removedApiTokens].map(({ id }) => id));
    const lost = page.filter(({ id }) => !known.has(id));
    if (lost.length > 0) {
      const latest = await accountSource.latestVersion();
      const removedApiTokens = lost.map((token) => ({
        ...token,
        recordVersion: Math.max(latest, token.recordVersion),
      }));
      await accountDirectory.put({ users: [], apiTokens: [], removedApiTokens });
      ids.push(...lost.map(({ id }) => id));
    }
    await pause(pauseMs, signal);
    if (signal.aborted) break;
  }
  return ids;
}
