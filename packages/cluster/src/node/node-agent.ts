import type { Clock, Logger, NodeStatus } from '@turnpike/core';
import type { DatabaseClaim } from '../claim/database-claim.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { ClockWatch } from './clock-watch.ts';
import { isNewLife, readRedisLife, type RedisLife } from './redis-life.ts';
import { takeAcknowledgements } from './take-acknowledgements.ts';

/** The ledger as the agent keeps it alive. */
export interface LivingLedger {
  /** More time for everything this node answers for: requests in flight and what is settled but not acknowledged. */
  extendHeld(): Promise<void>;
  /** Registers all of that anew where it is missing. Repeat-safe. @throws when Redis does not answer */
  restoreAll(): Promise<void>;
}

/** The usage sink as the agent serves it. */
export interface AcknowledgedSink {
  readonly awaitedNodeIds: readonly string[];
  acknowledge(ids: readonly string[]): void;
  resendAll(): void;
}

export interface NodeAgentDeps {
  /** A producer's connection: it fails fast. Stays open. */
  redis: RedisClient;
  keys: Keys;
  nodeId: string;
  /** Whose Redis it is. While it is not this node's, nothing is put back into it. */
  claim?: Pick<DatabaseClaim, 'look'>;
  /** Both missing on a node that does not relay. */
  ledger?: LivingLedger;
  usageSink?: AcknowledgedSink;
  /** Redis may have lost something: told after this node's own entries were put back. Not at the start. */
  onNewLife?(): void;
  /** What the node says of itself. */
  status(): Omit<NodeStatus, 'nodeId' | 'at'>;
  settings: {
    /** `NODE_HEARTBEAT`, milliseconds. */
    heartbeatMs: number;
    /** `HOLD_LIFE`, milliseconds: held entries are extended three times in it. */
    holdLifeMs: number;
  };
  clock: Clock;
  logger: Logger;
}

export interface NodeAgent {
  /** Milliseconds that the clock of Redis is ahead of this machine's; negative: behind. */
  readonly clockOffsetMs: number;
  /** The life of Redis is known, and everything this node answers for is registered in it. */
  isCurrent(): boolean;
  /** Beats now, or once more after the beat under way. Never rejects. */
  beat(): Promise<void>;
  /** Ends the heartbeat and takes the node off the list. Never rejects. */
  stop(): Promise<void>;
}

/** Starts what every process of a cluster does once a second: say that it lives, and notice what became of Redis. */
export function startNodeAgent(deps: NodeAgentDeps): NodeAgent {
  const { redis, settings } = deps;
  const heart = new Heart(deps);
  const beat = (): void => void heart.beat();
  const timer = setInterval(beat, settings.heartbeatMs).unref();
  // After a reconnect it may be another Redis: nobody should be served from it for a whole beat.
  redis.on('ready', beat);
  redis.on('close', heart.doubt);
  beat();
  return {
    get clockOffsetMs() {
      return heart.clockOffsetMs;
    },
    isCurrent: () => heart.isCurrent,
    beat: () => heart.beat(),
    async stop() {
      clearInterval(timer);
      redis.off('ready', beat);
      redis.off('close', heart.doubt);
      await heart.stop();
    },
  };
}

class Heart {
  readonly #deps: NodeAgentDeps;
  readonly #clockWatch: ClockWatch;
  #life: RedisLife | undefined;
  /** Of the monotonic clock, milliseconds: a machine whose time is set must not let its entries expire. */
  #extendedAt = performance.now();
  #beating: Promise<void> | undefined;
  #isWanted = false;
  #isStopped = false;
  isCurrent = false;

  constructor(deps: NodeAgentDeps) {
    this.#deps = deps;
    this.#clockWatch = new ClockWatch(deps);
  }

  get clockOffsetMs(): number {
    return this.#clockWatch.offsetMs;
  }

  /** The connection broke: what comes back may be another Redis. */
  readonly doubt = (): void => {
    this.isCurrent = false;
  };

  beat(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#isWanted = true;
    this.#beating ??= this.#beatWhileWanted().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#isWanted = false;
    await this.#beating;
    const { redis, keys, nodeId } = this.#deps;
    // Without Redis the entry stays for a day, and says how old it is.
    if (redis.status === 'ready') await redis.hdel(keys.nodes, nodeId).catch(() => undefined);
  }

  async #beatWhileWanted(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.#beatOnce();
    }
  }

  async #beatOnce(): Promise<void> {
    const { redis, logger } = this.#deps;
    if (redis.status !== 'ready') return;
    try {
      await this.#clockWatch.look();
      const [life, isOurs] = await Promise.all([
        readRedisLife(redis, this.#deps.keys),
        this.#deps.claim?.look(),
        this.#writeStatus(),
        this.#takeAcknowledged(),
      ]);
      if (isOurs === false) {
        this.isCurrent = false;
        return;
      }
      if (isNewLife(this.#life, life)) await this.#restore(life);
      else this.#life = life;
      this.isCurrent = true;
      await this.#extendHeld();
    } catch (error) {
      this.isCurrent = false;
      logger.warn({ err: error }, 'heartbeat: redis does not answer');
    }
  }

  async #writeStatus(): Promise<void> {
    const { redis, keys, nodeId, status } = this.#deps;
    const at = this.#clockWatch.now();
    const text = JSON.stringify({ nodeId, at, ...status() } satisfies NodeStatus);
    await redis.hset(keys.nodes, nodeId, text);
  }

  async #takeAcknowledged(): Promise<void> {
    const { usageSink } = this.#deps;
    if (usageSink === undefined) return;
    usageSink.acknowledge(await takeAcknowledgements(this.#deps, usageSink.awaitedNodeIds));
  }

  /** Until this is done, nobody should be admitted: accounts may look richer than they are. */
  async #restore(life: RedisLife): Promise<void> {
    const { ledger, usageSink, logger } = this.#deps;
    const isFirst = this.#life === undefined;
    this.isCurrent = false;
    if (!isFirst) logger.warn({}, 'redis lives anew, entries are restored');
    await ledger?.restoreAll();
    this.#life = life;
    usageSink?.resendAll();
    if (!isFirst) this.#deps.onNewLife?.();
  }

  async #extendHeld(): Promise<void> {
    const { ledger, settings } = this.#deps;
    if (performance.now() - this.#extendedAt < settings.holdLifeMs / 3) return;
    await ledger?.extendHeld();
    this.#extendedAt = performance.now();
  }
}
