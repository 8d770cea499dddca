import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encodeRecord,
  readRecords,
} from '../../../packages/cluster/src/usage-sink/journal/journal-record.ts';
import type { Redis } from 'ioredis';
import type { UsageBatch } from '../../../packages/core/src/index.ts';
import type { Gateway } from '../start-gateway.mjs';
import type { ClusterWorld } from './cluster-world.ts';

export const dayMs = 24 * 3600 * 1000;

/**
 * Makes the last day one that lies behind a relay which is down: its journal, what it wrote there and its lease are a
 * day older; so is what the database charged; and of Redis is gone what would have expired.
 */
export async function letADayPass(world: ClusterWorld, relay: Gateway): Promise<void> {
  if (relay.isRunning) throw new Error('no day passes in a relay that runs');
  await ageJournal(join(relay.dataDir, 'journal'));
  await world.books('usage_requests').decrement('applied_at', dayMs / 1000);
  await world.redis.each(ageKeys);
}

async function ageKeys(redis: Redis): Promise<void> {
  for (const key of await redis.keys('*')) {
    const lifeMs = await redis.pttl(key);
    if (lifeMs < 0) continue;
    if (lifeMs <= dayMs) await redis.del(key);
    else await redis.pexpire(key, lifeMs - dayMs);
  }
}

async function ageJournal(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    const { mtimeMs } = await stat(path);
    if (file.name.endsWith('.journal')) await ageEvents(path);
    const then = new Date(mtimeMs - dayMs);
    await utimes(path, then, then);
  }
}

async function ageEvents(path: string): Promise<void> {
  const { payloads } = readRecords(await readFile(path));
  const older = payloads.map((payload) => {
    const batch = JSON.parse(payload) as Partial<UsageBatch>;
    if (batch.events === undefined) return payload;
    const events = batch.events.map((event) => ({ ...event, at: event.at - dayMs }));
    return JSON.stringify({ ...batch, events });
  });
  await writeFile(path, Buffer.concat(older.map(encodeRecord)));
}
