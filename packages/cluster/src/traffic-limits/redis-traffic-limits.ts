import type { Clock, Logger, TrafficLimits } from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { openRedisScript, type ScriptCall } from '../redis/redis-script.ts';
import type { LimitCounter, SharedCounts } from './limit-counter.ts';
import { LimitCounters } from './limit-counters.ts';

const EXCHANGE_MS = 200;
/** A node that has told nothing for this long does not hold anything any more. */
const SILENT_MS = 5000;

export interface RedisTrafficLimits extends TrafficLimits {
  /** Tells and hears once. Never throws: without Redis each node goes by what it knows. */
  exchange(): Promise<void>;
  close(): Promise<void>;
}

/** Limits of groups and channels for all nodes together: counted in memory, exchanged through Redis. */
export function openRedisTrafficLimits(deps: {
  /** Fails fast. */
  redis: RedisClient;
  keys: Keys;
  nodeId: string;
  clock: Clock;
  logger: Logger;
  exchangeMs?: number;
}): RedisTrafficLimits {
  const { redis, keys, nodeId, clock, logger } = deps;
  const script = openRedisScript(redis, 'share-limit');
  const counters = new LimitCounters({ clock });
  let isAway = false;
  let exchanging = Promise.resolve();

  async function exchangeOne(name: string, counter: LimitCounter): Promise<void> {
    const untold = counter.tell();
    const { held, requests, tokens, earlierTokens } = untold;
    const call: ScriptCall = {
      keys: [keys.trafficLimit(name)],
      args: [nodeId, held, requests, tokens, earlierTokens, SILENT_MS],
    };
    try {
      const { now, counts } = readAnswer(await script.run(call));
      counters.skewMs = now - clock.now();
      counter.hear(counts, now);
    } catch (error) {
      // Perhaps it was told all the same: then it counts twice for a minute, which is the safe side.
      counter.notTold(untold);
      throw error;
    }
  }

  async function exchange(): Promise<void> {
    const told = [...counters.inUse()].map(([name, counter]) => exchangeOne(name, counter));
    const results = await Promise.allSettled(told);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined && !isAway)
      logger.warn(
        { err: failed.reason as unknown },
        'limits of groups and channels are not shared with other nodes for the moment',
      );
    isAway = failed !== undefined;
  }

  const timer = setInterval(() => {
    exchanging = exchanging.then(exchange);
  }, deps.exchangeMs ?? EXCHANGE_MS);
  timer.unref();

  return {
    refuse: (party, tokens) => counters.refuse(party, tokens),
    begin: (party, tokens) => counters.begin(party, tokens),
    exchange,
    async close() {
      clearInterval(timer);
      await exchanging;
    },
  };
}

function readAnswer(answer: unknown): { now: number; counts: SharedCounts } {
  const [now, requests, tokens, earlierRequests, earlierTokens, heldElsewhere, nodes] = (
    answer as unknown[]
  ).map(Number) as [number, number, number, number, number, number, number];
  return {
    now,
    counts: { requests, tokens, earlierRequests, earlierTokens, heldElsewhere, nodes },
  };
}
