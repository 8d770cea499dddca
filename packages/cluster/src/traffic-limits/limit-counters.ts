import type {
  Clock,
  LimitedParty,
  LimitPermit,
  TrafficLimitRefusal,
  TrafficLimits,
} from '@turnpike/core';
import { LimitCounter } from './limit-counter.ts';

/** Longer than both windows of a counter can matter. */
const LIFE_MS = 180_000;
/** Counters nobody used for a while are forgotten when there are more than this many. */
const SWEEP_ABOVE = 1000;

/** The counters of one node: all that there is to it in one process. */
export class LimitCounters implements TrafficLimits {
  readonly #clock: Clock;
  readonly #counters = new Map<string, LimitCounter>();
  /** Milliseconds that the clock of Redis is ahead of ours. */
  skewMs = 0;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** Minutes begin for all nodes at the same time. */
  now(): number {
    return this.#clock.now() + this.skewMs;
  }

  refuse(party: LimitedParty, tokens: number): TrafficLimitRefusal | undefined {
    return this.#find(party).refuse(party.limits, tokens, this.now());
  }

  begin(party: LimitedParty, tokens: number): LimitPermit {
    const counter = this.#find(party);
    const begunAt = this.now();
    counter.begin(tokens, begunAt);
    let isOver = false;
    return {
      end: (actualTokens) => {
        if (isOver) return;
        isOver = true;
        counter.end(tokens, actualTokens, begunAt, this.now());
      },
      cancel: () => {
        if (isOver) return;
        isOver = true;
        counter.cancel(tokens, begunAt, this.now());
      },
    };
  }

  /** Counters that matter, by name; the others are forgotten. */
  inUse(): ReadonlyMap<string, LimitCounter> {
    const usedBefore = this.now() - LIFE_MS;
    for (const [name, { held, usedAt }] of this.#counters)
      if (held === 0 && usedAt < usedBefore) this.#counters.delete(name);
    return this.#counters;
  }

  #find({ scope, id }: LimitedParty): LimitCounter {
    const name = `${scope}:${id}`;
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      if (this.#counters.size >= SWEEP_ABOVE) this.inUse();
      counter = new LimitCounter();
      counter.usedAt = this.now();
      this.#counters.set(name, counter);
    }
    return counter;
  }
}
