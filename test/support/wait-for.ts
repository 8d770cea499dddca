import { setTimeout as wait } from 'node:timers/promises';

/**
 * Asks until the answer is there and returns it; `undefined`, `false` and a throw mean "not yet".
 *
 * @throws an error that names `what`, with the last failure as its cause, after `timeoutMs`
 */
export async function waitFor<Value>(
  what: string,
  ask: () => Promise<Value | undefined | false> | Value | undefined | false,
  timeoutMs = 10_000,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      lastError = error;
    }
    await wait(20);
  }
  throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause: lastError });
}
