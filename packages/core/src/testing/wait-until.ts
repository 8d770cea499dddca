import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until a condition holds, looking every few milliseconds.
 *
 * @throws when it does not within `timeoutMs`
 */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = 5000, what = 'condition' }: { timeoutMs?: number; what?: string } = {},
): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error(`${what} did not hold within ${String(timeoutMs)} ms`);
    await delay(5);
  }
}
