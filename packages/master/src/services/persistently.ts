import { setTimeout as wait } from 'node:timers/promises';

const ATTEMPTS = 3;
const PAUSE_MS = 200;

/**
 * Does what may be done twice, and does it again where it fails: one slow moment of Redis is no reason to tell an
 * administrator that the relays do not know of a change.
 *
 * @throws what the last attempt fails with
 */
export async function persistently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await wait(PAUSE_MS);
    }
  }
}
