import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { ConfigSnapshot, Logger } from '@turnpike/core';
import { z } from 'zod';
import { openRedisScript } from '../redis/redis-script.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';

/** Grows when nodes of an earlier build could misread a snapshot: they then stay with the last one they know. */
const SNAPSHOT_FORMAT = 1;

const compress = promisify(deflate);
const decompress = promisify(inflate);

/** Where the published snapshot is. */
export interface SnapshotShelf {
  /** Resolves to false where what is published is as new. */
  put(snapshot: ConfigSnapshot): Promise<boolean>;
  /** Undefined where there is none. The body is read only when the version is another than the last time. */
  get(): Promise<ConfigSnapshot | undefined>;
}

export function openSnapshotShelf({
  redis,
  keys,
  logger,
}: {
  redis: RedisClient;
  keys: Keys;
  logger: Logger;
}): SnapshotShelf {
  const publish = openRedisScript(redis, 'publish-snapshot');
  let last: ConfigSnapshot | undefined;
  let unreadableVersion: number | undefined;

  function leaveAlone(version: number, format: string | null): void {
    if (unreadableVersion === version) return;
    unreadableVersion = version;
    logger.warn({ version, format }, 'configuration is of a newer format; the last one stays');
  }

  return {
    async put(snapshot) {
      const body = await compress(JSON.stringify(snapshot));
      const args = [snapshot.version, SNAPSHOT_FORMAT, body];
      return (await publish.run({ keys: [keys.config], args })) === 1;
    },

    async get() {
      const [version, format] = await redis.hmget(keys.config, 'version', 'format');
      if (version == null) return undefined;
      if (Number(format) > SNAPSHOT_FORMAT) {
        leaveAlone(Number(version), format ?? null);
        return last;
      }
      if (last?.version === Number(version)) return last;
      // The version is read again with the body: it may have changed in between.
      const [newFormat, body] = await redis.hmgetBuffer(keys.config, 'format', 'snapshot');
      if (body == null) return undefined;
      if (Number(newFormat?.toString()) > SNAPSHOT_FORMAT) return last;
      last = snapshotSchema.parse(JSON.parse((await decompress(body)).toString()));
      return last;
    },
  };
}

const channelSchema = z.object({
  id: z.int(),
  type: z.int(),
  name: z.string(),
  status: z.int(),
  sealedKey: z.string(),
  baseUrl: z.string(),
  models: z.array(z.string()),
  groups: z.array(z.string()),
  modelMapping: z.record(z.string(), z.string()),
  priority: z.number(),
  weight: z.number(),
  config: z.record(z.string(), z.unknown()),
  configText: z.string().optional(),
  other: z.string(),
  systemPrompt: z.string(),
});

const snapshotSchema = z.object({
  version: z.int(),
  channels: z.array(channelSchema),
  options: z.record(z.string(), z.string()),
});
