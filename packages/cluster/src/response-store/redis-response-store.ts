import {
  createByteBox,
  errors,
  type ByteBox,
  type Clock,
  type ResponseStore,
  type SecretKeys,
  type StoredResponse,
} from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { openRedisScript, type RedisScript } from '../redis/redis-script.ts';
import type { ResponseStoreLimits } from './in-process-response-store.ts';
import { MAX_PACKED_BYTES, nameOf, packResponse, unpackResponse } from './pack-response.ts';

export interface RedisResponseStoreDeps extends ResponseStoreLimits {
  /** Fails fast: requests wait for it. The cluster's, or one of its own. */
  redis: RedisClient;
  keys: Keys;
  /** What is in Redis is sealed under these; the same on all nodes. */
  secrets: SecretKeys;
  clock: Clock;
}

/** Answers for all nodes. One script keeps count of their bytes, so that they never take more than they may. */
export class RedisResponseStore implements ResponseStore {
  readonly isOpen: boolean;
  readonly #deps: RedisResponseStoreDeps;
  readonly #box: ByteBox;
  readonly #keep: RedisScript;
  readonly #drop: RedisScript;
  readonly #keys: readonly string[];

  constructor(deps: RedisResponseStoreDeps) {
    const { values, ages, sizes, bytes } = deps.keys.responses;
    this.isOpen = deps.maxBytes > 0;
    this.#deps = deps;
    this.#box = createByteBox(deps.secrets, 'response-store');
    this.#keep = openRedisScript(deps.redis, 'keep-response');
    this.#drop = openRedisScript(deps.redis, 'drop-response');
    this.#keys = [values, ages, sizes, bytes];
  }

  async put(response: StoredResponse): Promise<boolean> {
    const { clock, lifeMs, maxBytes } = this.#deps;
    const packed = await packResponse(response);
    if (packed.length > Math.min(maxBytes, MAX_PACKED_BYTES)) return false;
    const name = nameOf(response.userId, response.id);
    const sealed = this.#box.seal(packed, name);
    const size = sealed.length + name.length + OVERHEAD_BYTES;
    const args = [name, sealed, size, clock.now(), lifeMs, maxBytes];
    try {
      return (await this.#keep.run({ keys: this.#keys, args })) === 1;
    } catch {
      return false; // a store out of reach keeps nothing; the answer itself is none the worse
    }
  }

  async find(userId: number, id: string): Promise<StoredResponse | undefined> {
    const { redis, keys, clock, lifeMs } = this.#deps;
    const name = nameOf(userId, id);
    const sealed = await redis.hgetBuffer(keys.responses.values, name).catch(outOfReach);
    const packed = sealed === null ? undefined : this.#box.open(sealed, name);
    const found = packed === undefined ? undefined : await unpackResponse(packed);
    return found === undefined || found.createdAt + lifeMs <= clock.now() ? undefined : found;
  }

  async remove(userId: number, id: string): Promise<boolean> {
    const call = { keys: this.#keys, args: [nameOf(userId, id)] };
    return (await this.#drop.run(call).catch(outOfReach)) === 1;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** What Redis needs for an entry beside its name and value, roughly. */
const OVERHEAD_BYTES = 200;

function outOfReach(cause: unknown): never {
  throw errors.notReady({ retryAfterMs: 1000 }, { cause });
}
