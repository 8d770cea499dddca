import type { Logger } from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import {
  explainForeign,
  nameBoth,
  parseHolder,
  type ClaimingDatabase,
  type Holder,
} from './holder.ts';

/**
 * That Redis, under its prefix, belongs to one database. With two, each would take the other's usage and configuration
 * for its own. Whoever comes first has it; a flush takes the claim along, and it is made anew.
 */
export interface DatabaseClaim {
  /**
   * What this node works for: its own database, or, where it has none, the one that it first found here. Undefined while
   * neither is known.
   */
  readonly databaseId: string | undefined;
  /** When it was looked last, Redis belonged to this node's own database. */
  readonly isHeld: boolean;
  /** Why this node must leave what is in Redis alone; undefined: it need not. */
  readonly obstacle: string | undefined;
  /**
   * From now on this node has this database. Claims Redis for it where nobody has.
   *
   * @throws like `requireOurs`
   */
  hold(database: ClaimingDatabase): Promise<void>;
  /**
   * Makes sure that Redis belongs to this node's own database, now; for whatever writes what comes from the database, or
   * writes into it what comes from Redis.
   *
   * @throws an error that says what to do where it belongs to another one, and where Redis does not answer
   */
  requireOurs(): Promise<void>;
  /**
   * The same for every node, once a heartbeat. A node without a database never claims, but notices a change.
   *
   * @returns whether this node may go on with what is in Redis
   * @throws when Redis does not answer
   */
  look(): Promise<boolean>;
  /** Calls the handler whenever `isHeld` changes. */
  onChange(handler: (isHeld: boolean) => void): void;
}

export interface DatabaseClaimDeps {
  /** Fails fast. Stays open. */
  redis: RedisClient;
  keys: Keys;
  /** `REDIS_KEY_PREFIX`, for people. */
  keyPrefix: string;
  logger: Logger;
}

export function createDatabaseClaim(deps: DatabaseClaimDeps): DatabaseClaim {
  const { redis, keys, keyPrefix, logger } = deps;
  const handlers = new Set<(isHeld: boolean) => void>();
  let own: ClaimingDatabase | undefined;
  /** What a node without a database found when it first looked. */
  let found: string | undefined;
  let holder: Holder | undefined;
  let isHeld = false;

  const expected = (): string | undefined => own?.id ?? found;

  const isForeign = (): boolean =>
    holder !== undefined &&
    expected() !== undefined &&
    (holder.isTakingOver || holder.databaseId !== expected());

  function note(text: string | null): void {
    const [wasForeign, wasHeld] = [isForeign(), isHeld];
    holder = parseHolder(text);
    if (holder?.isTakingOver === false) found ??= holder.databaseId;
    isHeld = own !== undefined && holder !== undefined && !isForeign();
    if (isForeign() !== wasForeign) tellChange();
    if (isHeld !== wasHeld) for (const handler of handlers) handler(isHeld);
  }

  /** A Redis that was flushed once more in between is nobody's; it is looked again. */
  async function read(): Promise<string | null> {
    const text = await redis.get(keys.claim);
    if (text !== null || own === undefined) return text;
    await redis.set(keys.claim, own.id, 'NX');
    return redis.get(keys.claim);
  }

  function tellChange(): void {
    const { obstacle: reason } = claim;
    if (reason === undefined) logger.info({}, 'redis is for this node again');
    else logger.error({ reason }, 'redis is for another database: this node leaves it alone');
  }

  async function requireOurs(): Promise<void> {
    if (own === undefined) throw new Error('a node without a database changes nothing of it');
    note(await read());
    if (isHeld) return;
    // Flushed just now, perhaps: the next look claims it.
    if (holder === undefined) throw new Error('Redis belongs to no database yet');
    throw new Error(explainForeign(holder, own, keyPrefix));
  }

  const claim: DatabaseClaim = {
    get databaseId() {
      return expected();
    },
    get isHeld() {
      return isHeld;
    },
    get obstacle() {
      const ours = expected();
      if (holder === undefined || ours === undefined || !isForeign()) return undefined;
      return nameBoth(holder, ours);
    },
    hold(database) {
      own = database;
      return requireOurs();
    },
    requireOurs,
    async look() {
      note(await read());
      return !isForeign();
    },
    onChange(handler) {
      handlers.add(handler);
    },
  };
  return claim;
}
