import type { RedisClient } from '../redis/connect.ts';

/**
 * Whether it is worth asking Redis. After one command that was not answered nobody else waits for the next deadline:
 * somebody looks once a second (see the resender), and the first answer opens the way again.
 */
export class RedisReach {
  readonly #redis: RedisClient;
  readonly #isOurs: () => boolean;
  #isAway = false;

  /** @param isOurs false while Redis is another cluster's: as good as away */
  constructor(redis: RedisClient, isOurs: () => boolean) {
    this.#redis = redis;
    this.#isOurs = isOurs;
  }

  /** The connection stands, to a Redis that is this node's. */
  get isConnected(): boolean {
    return this.#redis.status === 'ready' && this.#isOurs();
  }

  /** The connection stands, and what was asked last was answered. */
  get isThere(): boolean {
    return this.isConnected && !this.#isAway;
  }

  answered(): void {
    this.#isAway = false;
  }

  failed(): void {
    this.#isAway = true;
  }
}
