import type { Clock, Logger } from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';

/** Clocks of nodes have to agree within a few seconds: times in the log, days of budgets and lives of keys are a node's own. */
const TOLERATED_MS = 5000;
/** An answer that took longer tells nothing. */
const PROMPT_MS = 1000;

/**
 * How far the clock of this machine is from that of Redis, which all nodes see. What nodes tell each other of times is said
 * in Redis' time, so that one whose clock is wrong is not taken for dead.
 */
export class ClockWatch {
  readonly #deps: { redis: RedisClient; clock: Clock; logger: Logger };
  #offsetMs = 0;
  #isWrong = false;

  constructor(deps: { redis: RedisClient; clock: Clock; logger: Logger }) {
    this.#deps = deps;
  }

  /** Milliseconds that Redis is ahead of this machine; negative: behind. 0 until it was asked. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Unix milliseconds, by the clock of Redis. */
  now(): number {
    return this.#deps.clock.now() + this.#offsetMs;
  }

  /** Compares the clocks, and tells the operator where they differ. @throws when Redis does not answer */
  async look(): Promise<void> {
    const { redis, clock } = this.#deps;
    const askedAt = clock.now();
    const there = await readRedisTime(redis);
    const answeredAt = clock.now();
    // A process that stood still meanwhile does not know when Redis looked at its clock.
    if (answeredAt - askedAt > PROMPT_MS) return;
    this.#offsetMs = Math.round(there - (askedAt + answeredAt) / 2);
    this.#tell();
  }

  #tell(): void {
    const { logger } = this.#deps;
    const isWrong = Math.abs(this.#offsetMs) > TOLERATED_MS;
    if (isWrong === this.#isWrong) return;
    this.#isWrong = isWrong;
    const figures = { redisIsAheadBySeconds: this.#offsetMs / 1000 };
    if (isWrong)
      logger.error(
        figures,
        'the clock of this machine and that of Redis differ: set the one that is wrong, or times in the log, days of budgets and lives of keys are',
      );
    else logger.info(figures, 'the clocks of this machine and of Redis agree again');
  }
}

/** Unix milliseconds, by the clock of Redis. @throws when Redis does not answer */
export async function readRedisTime(redis: RedisClient): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
