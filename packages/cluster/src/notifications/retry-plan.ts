/** How often a delivery is tried, and how long it is waited in between. */
export interface RetryPlan {
  attempts: number;
  /** Pause after the first failed attempt; each further one is three times as long. Milliseconds. */
  firstPauseMs: number;
  maxPauseMs: number;
}

/** Eight attempts within about an hour and a half. */
export const defaultRetryPlan: RetryPlan = {
  attempts: 8,
  firstPauseMs: 5_000,
  maxPauseMs: 45 * 60_000,
};

/** @param attempt the one that failed, from 1 */
export function pauseAfter(attempt: number, { firstPauseMs, maxPauseMs }: RetryPlan): number {
  return Math.min(firstPauseMs * 3 ** (attempt - 1), maxPauseMs);
}
