import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseClaim } from '@turnpike/cluster/redis';
import type { Logger } from '@turnpike/core';

export interface Running {
  stop(): Promise<void>;
}

const RETRY_MS = 1000;

/**
 * Runs something while Redis belongs to this node's database: stops it when it is another's, starts it again when it is
 * ours again. Resolves when it runs, or when it cannot yet.
 *
 * @throws when the first start fails
 */
export async function runWhileClaimed(
  claim: Pick<DatabaseClaim, 'isHeld' | 'onChange'>,
  start: () => Promise<Running>,
  logger: Logger,
): Promise<Running> {
  const stopping = new AbortController();
  let running = claim.isHeld ? await start() : undefined;
  let turning: Promise<void> | undefined;

  const isSettled = (): boolean =>
    stopping.signal.aborted || claim.isHeld === (running !== undefined);

  /** Goes on until what runs is what should run. */
  async function turn(): Promise<void> {
    while (!isSettled()) {
      const before = running;
      running = undefined;
      if (before !== undefined) await before.stop();
      else running = await startPatiently();
    }
  }

  async function startPatiently(): Promise<Running | undefined> {
    try {
      return await start();
    } catch (error) {
      logger.warn({ err: error }, 'control not started; trying again');
      await delay(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      return undefined;
    }
  }

  function follow(): void {
    if (turning !== undefined || isSettled()) return;
    turning = turn().finally(() => {
      turning = undefined;
      follow(); // it may have changed in the last moment
    });
  }

  claim.onChange(follow);
  follow(); // it may have changed during the first start
  return {
    async stop() {
      stopping.abort();
      await turning;
      await running?.stop();
    },
  };
}
