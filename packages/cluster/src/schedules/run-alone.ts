import { randomUUID } from 'node:crypto';
import type { RedisScript } from '../redis/redis-script.ts';

export interface RunAloneDeps {
  /** `run-alone.lua`. */
  script: RedisScript;
  /** A holder that does not say for this long that it goes on is taken for dead. Milliseconds. */
  lockLifeMs: number;
}

/** Runs work unless it is under way somewhere in the cluster. Resolves to whether it ran. */
export async function runAlone(
  { script, lockLifeMs }: RunAloneDeps,
  lockKey: string,
  work: () => Promise<void>,
): Promise<boolean> {
  const id = randomUUID();
  const hold = (lifeMs: number) => script.run({ keys: [lockKey], args: [id, lifeMs] });
  if ((await hold(lockLifeMs)) !== 1) return false;
  const timer = setInterval(() => {
    hold(lockLifeMs).catch(() => undefined); // the next one may get through; else the lock ends
  }, lockLifeMs / 3);
  try {
    await work();
    return true;
  } finally {
    clearInterval(timer);
    await hold(0).catch(() => undefined); // it ends by itself
  }
}
