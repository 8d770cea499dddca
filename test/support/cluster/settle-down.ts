import { waitFor } from '../wait-for.ts';
import { times } from './cluster-times.ts';
import type { ClusterWorld } from './cluster-world.ts';
import {
  countJobs,
  readLiveNodes,
  readOpenEntries,
  readTokenState,
  readUserState,
} from './redis-state.ts';

export interface AccountIds {
  userId: number;
  apiTokenId: number;
}

/**
 * Resolves when everything that was begun is done: nothing runs upstream, the queue is empty, no relay waits for an
 * acknowledgement, no entry of these accounts is open, and nothing of them is pending.
 *
 * @throws what is not done after a long time, with what the nodes printed
 */
export async function settleDown(
  world: ClusterWorld,
  accounts: readonly AccountIds[],
  since = 0,
): Promise<void> {
  let remains: readonly unknown[] = [];
  try {
    await waitFor(
      'the cluster to settle down',
      async () => {
        remains = await findUnfinished(world, accounts, since);
        return remains.length === 0;
      },
      times.patience,
    );
  } catch (error) {
    const what = remains.map((one) => JSON.stringify(one)).join('\n');
    throw new Error(`the cluster does not settle down:\n${what}\n${world.logs()}`, {
      cause: error,
    });
  }
}

async function findUnfinished(
  world: ClusterWorld,
  accounts: readonly AccountIds[],
  since: number,
): Promise<unknown[]> {
  const redis = world.redis.direct;
  const served = await world.simulator.served(since);
  const running = served.filter(({ end }) => end === 'running');
  if (running.length > 0) return [{ runningUpstream: running.length }];
  const { failed: _failed, ...jobs } = await countJobs(redis);
  if (Object.values(jobs).some((count) => count > 0)) return [{ jobs }];
  const unacknowledged = (await readLiveNodes(redis)).filter(
    ({ oldestUnacknowledgedAt }) => oldestUnacknowledgedAt > 0,
  );
  if (unacknowledged.length > 0) return unacknowledged;
  const states = await Promise.all(
    accounts.map(async ({ userId, apiTokenId }) => ({
      user: await readUserState(redis, userId),
      token: await readTokenState(redis, userId, apiTokenId),
      open: await readOpenEntries(redis, userId),
    })),
  );
  return states.filter(
    ({ user, token, open }) =>
      user.pending !== 0 || token.pending !== 0 || Object.keys(open).length > 0,
  );
}
