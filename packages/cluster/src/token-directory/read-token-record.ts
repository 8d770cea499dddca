import type { Chore, TokenRecord } from '@turnpike/core';
import { parseKeyRecord, parseLimits, type KeyRecord } from '../account-directory/key-record.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';

/** What the directory in Redis says of a key. */
export type LookUp =
  | { found: 'record'; record: TokenRecord }
  /** Nobody has this key. */
  | { found: 'unknown' }
  /** The directory, or the owner's account, is not loaded; the chore loads it. */
  | { found: 'nothing-certain'; chore: Chore };

const directoryMissing: LookUp = {
  found: 'nothing-certain',
  chore: { kind: 'hydrate', userIds: [], apiTokenIds: [] },
};

interface Place {
  redis: RedisClient;
  keys: Keys;
}

/** @throws when Redis does not answer, or holds a record of a newer format */
export async function readTokenRecord(place: Place, keyHash: string): Promise<LookUp> {
  const { redis, keys } = place;
  let text = (await redis.get(keys.key(keyHash))) ?? undefined;
  if (text === undefined) {
    const again = await readAgain(place, keyHash);
    if (again.text === undefined) return again.isComplete ? { found: 'unknown' } : directoryMissing;
    text = again.text;
  }
  const key = parseKeyRecord(text);
  if (key === 'gone') return { found: 'unknown' };

  const owner = await redis.hmget(
    keys.account(key.userId),
    ...['rv', 'un', 'role', 'st', 'grp', 'lim'],
  );
  const record = toTokenRecord(key, owner);
  if (record !== undefined) return { found: 'record', record };
  const chore = { kind: 'hydrate', userIds: [key.userId], apiTokenIds: [key.apiTokenId] } as const;
  return { found: 'nothing-certain', chore };
}

/**
 * A key that is not there is unknown only if the directory was complete before and after: the marker is random, so the
 * same marker twice means that nothing was lost and rebuilt in between.
 */
async function readAgain(
  place: Place,
  keyHash: string,
): Promise<{ text: string | undefined; isComplete: boolean }> {
  const { directory } = place.keys;
  const [before, text, after] = await readInOrder(place.redis, [
    directory,
    place.keys.key(keyHash),
    directory,
  ]);
  return { text: text ?? undefined, isComplete: before != null && before === after };
}

/** One after the other. A connection keeps the order; the nodes of a Redis Cluster have a connection each. */
async function readInOrder(
  redis: RedisClient,
  names: readonly string[],
): Promise<readonly (string | null)[]> {
  const values: (string | null)[] = [];
  if (redis.isCluster) {
    for (const name of names) values.push(await redis.get(name));
    return values;
  }
  return Promise.all(names.map((name) => redis.get(name)));
}

function toTokenRecord(
  key: KeyRecord,
  [recordVersion, username, role, status, group, limits]: readonly (string | null)[],
): TokenRecord | undefined {
  if (recordVersion == null) return undefined;
  const userLimits = parseLimits(limits ?? '');
  return {
    apiTokenId: key.apiTokenId,
    apiTokenName: key.apiTokenName,
    status: key.status,
    expiredTime: key.expiredTime,
    unlimitedQuota: key.unlimitedQuota,
    models: key.models && new Set(key.models),
    subnets: key.subnets,
    userId: key.userId,
    username: username ?? '',
    userStatus: Number(status),
    userRole: Number(role),
    group: group ?? 'default',
    apiTokenRecordVersion: key.recordVersion,
    userRecordVersion: Number(recordVersion),
    ...(key.limits !== undefined && { apiTokenLimits: key.limits }),
    ...(key.lossPolicy !== undefined && { lossPolicy: key.lossPolicy }),
    ...(userLimits !== undefined && { userLimits }),
  };
}
