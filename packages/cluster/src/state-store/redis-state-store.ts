import {
  createByteBox,
  families,
  SEAL_BYTES,
  type ByteBox,
  type Clock,
  type OpaqueState,
  type SecretKeys,
  type StateStore,
} from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import {
  createStateShelf,
  MAX_ENTRY_BYTES,
  nameOf,
  STATE_LIFE_MS,
  type StateShelf,
} from './state-entries.ts';

export interface RedisStateStoreDeps {
  /** Fails fast: requests wait for it. */
  redis: RedisClient;
  keys: Keys;
  /** What is in Redis is sealed under these; the same on all nodes. */
  secrets: SecretKeys;
  clock: Clock;
  /** Of all nodes together, in Redis. Default 64 MiB. */
  maxBytes?: number;
  /** In the memory of this node. Default 8 MiB. */
  shelfBytes?: number;
}

const HOUR_MS = 60 * 60 * 1000;
/** How old the sum of what all nodes wrote may be. */
const SUM_AGE_MS = 2000;

/**
 * State of tool calls, for all nodes. What was written is summed up by the hour; where the hours that are not over yet
 * make more than the budget, nothing is written until the oldest has passed: the ledger's memory is never touched.
 */
export class RedisStateStore implements StateStore {
  readonly #deps: RedisStateStoreDeps;
  readonly #box: ByteBox;
  readonly #shelf: StateShelf;
  readonly #maxBytes: number;
  readonly #pending = new Set<Promise<unknown>>();
  #sum: { bytes: number; at: number } | undefined;

  constructor(deps: RedisStateStoreDeps) {
    this.#deps = deps;
    this.#box = createByteBox(deps.secrets, 'state-store');
    this.#maxBytes = deps.maxBytes ?? 64 * 1024 * 1024;
    this.#shelf = createStateShelf(deps.shelfBytes ?? 8 * 1024 * 1024);
  }

  put(userId: number, callId: string, states: readonly OpaqueState[]): void {
    const text = JSON.stringify(states);
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_ENTRY_BYTES) return;
    const name = nameOf(userId, callId);
    const until = this.#deps.clock.now() + STATE_LIFE_MS;
    this.#shelf.set(name, states, { weight: bytes + name.length, until });
    // A Redis out of reach forgets; the next turn goes on without.
    const written = this.#write(name, text, bytes).catch(() => undefined);
    this.#pending.add(written);
    void written.finally(() => this.#pending.delete(written));
  }

  async find(
    userId: number,
    callIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly OpaqueState[]>> {
    const { redis, keys, clock } = this.#deps;
    const found = new Map<string, readonly OpaqueState[]>();
    const missing: string[] = [];
    for (const callId of callIds) {
      const states = this.#shelf.get(nameOf(userId, callId), clock.now());
      if (states === undefined) missing.push(callId);
      else found.set(callId, states);
    }
    await Promise.all(
      missing.map(async (callId) => {
        const name = nameOf(userId, callId);
        const sealed = await redis.getBuffer(keys.state(name)).catch(() => null);
        const clear = sealed === null ? undefined : this.#box.open(sealed, name);
        const states = clear === undefined ? undefined : parseStates(clear.toString('utf8'));
        if (states !== undefined) found.set(callId, states);
      }),
    );
    return found;
  }

  async close(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #write(name: string, text: string, bytes: number): Promise<void> {
    const { redis, keys } = this.#deps;
    const size = bytes + name.length + OVERHEAD_BYTES;
    if ((await this.#written()) + size > this.#maxBytes) return;
    if (this.#sum !== undefined) this.#sum.bytes += size;
    await Promise.all([
      redis.hincrby(keys.stateSums, this.#hour(), size),
      redis.set(keys.state(name), this.#box.seal(Buffer.from(text), name), 'PX', STATE_LIFE_MS),
    ]);
  }

  /** Bytes that all nodes wrote and that may still be there. */
  async #written(): Promise<number> {
    const { redis, keys, clock } = this.#deps;
    const now = clock.now();
    if (this.#sum !== undefined && now - this.#sum.at < SUM_AGE_MS) return this.#sum.bytes;
    const sums = await redis.hgetall(keys.stateSums);
    const oldest = Math.floor((now - STATE_LIFE_MS) / HOUR_MS);
    const isOver = (hour: string): boolean => Number(hour) < oldest;
    const over = Object.keys(sums).filter(isOver);
    if (over.length > 0) await redis.hdel(keys.stateSums, ...over);
    const bytes = Object.entries(sums)
      .filter(([hour]) => !isOver(hour))
      .reduce((total, [, size]) => total + Number(size), 0);
    this.#sum = { bytes, at: now };
    return bytes;
  }

  #hour(): string {
    return String(Math.floor(this.#deps.clock.now() / HOUR_MS));
  }
}

/** What Redis needs for a key beside name and value, roughly. */
const OVERHEAD_BYTES = 100 + SEAL_BYTES;

/** Undefined for what an older or newer version wrote in another shape. */
function parseStates(text: string): readonly OpaqueState[] | undefined {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) && value.every(isState) ? value : undefined;
}

function isState(value: unknown): value is OpaqueState {
  if (typeof value !== 'object' || value === null) return false;
  const { family, kind, value: text } = value as Record<string, unknown>;
  return (
    families.some((known) => known === family) &&
    typeof kind === 'string' &&
    typeof text === 'string'
  );
}
