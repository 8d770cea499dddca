import type { Clock } from '@turnpike/core';

/** Consecutive transport failures and 5xx after which a channel is left alone for a while. */
const FAILURES_TO_OPEN = 5;
const OPEN_MS = 10_000;
const MAX_RETRY_AFTER_MS = 60_000;

/**
 * Which channels had better not be asked right now, by what this node saw: an upstream said when to come back, or
 * failed several times in a row. After the pause one request tries again (half-open). Advice only: when every
 * candidate is cooling, they are asked all the same.
 */
export class ChannelCooldowns {
  readonly #clock: Clock;
  readonly #until = new Map<number, number>();
  readonly #failures = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Channels to leave out; undefined for none, which is nearly always. */
  cooling(): ReadonlySet<number> | undefined {
    if (this.#until.size === 0) return undefined;
    const now = this.#clock.now();
    for (const [channelId, until] of this.#until) if (until <= now) this.#until.delete(channelId);
    return this.#until.size === 0 ? undefined : new Set(this.#until.keys());
  }

  noteSuccess(channelId: number): void {
    if (this.#failures.size > 0) this.#failures.delete(channelId);
  }

  noteRateLimit(channelId: number, retryAfterMs: number | undefined): void {
    if (retryAfterMs !== undefined && retryAfterMs > 0) {
      this.#until.set(channelId, this.#clock.now() + Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
    }
  }

  noteFailure(channelId: number): void {
    const failures = (this.#failures.get(channelId) ?? 0) + 1;
    this.#failures.set(channelId, failures);
    if (failures >= FAILURES_TO_OPEN) this.#until.set(channelId, this.#clock.now() + OPEN_MS);
  }
}
