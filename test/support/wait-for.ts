import { setTimeout as wait } from 'node:timers/promises';

/**
 * Asks until the answer is there and returns it; `undefined`, `false` and a throw mean "not yet".
 *
 * @throws the last error, or one that names `what`, after `timeoutMs`
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
  throw lastError ?? new Error(`waited ${timeoutMs} ms in vain for: ${what}`);
}
