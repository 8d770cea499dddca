import type { BusEvents, Logger } from '@turnpike/core';
import { z } from 'zod';
import { openRedisScript } from '../redis/redis-script.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { withDeadline } from '../redis/with-deadline.ts';

export type Announcement = {
  [Name in keyof BusEvents]: { name: Name; event: BusEvents[Name] };
}[keyof BusEvents];

export interface AnnouncementsDeps {
  redis: RedisClient;
  /** A connection of its own: once it listens it can do nothing else. Waits for Redis as long as it takes. */
  subscriber: RedisClient;
  keys: Keys;
  logger: Logger;
  onAnnouncement(announcement: Announcement): void;
  /** Announcements were, or may have been, missed. */
  onMissed(): void;
  /** How often it is checked whether one was missed. Milliseconds. */
  checkMs: number;
}

export interface Announcements {
  send(announcement: Announcement): Promise<void>;
  close(): Promise<void>;
}

/**
 * Tells every node, over pub/sub. Messages are numbered, because a subscription may break without a sign: a gap, a
 * number that stays behind, or a new connection is reported. Resolves once this node listens.
 */
export async function openAnnouncements(deps: AnnouncementsDeps): Promise<Announcements> {
  const { redis, subscriber, keys } = deps;
  const counter = `{${keys.events}}:count`;
  const announce = openRedisScript(redis, 'announce');
  /** Number of the last message that is known of; undefined until it was read. */
  let last: number | undefined;

  const onMessage = (channel: string, message: string): void => {
    if (channel !== keys.events) return;
    const [number = '', ...rest] = message.split(' ');
    const before = last;
    last = Number(number);
    const announcement = parseAnnouncement(rest.join(' '));
    if (announcement !== undefined) deps.onAnnouncement(announcement);
    if (before !== undefined && last !== before && last !== before + 1) deps.onMissed();
  };

  const listen = async (): Promise<void> => {
    await subscriber.subscribe(keys.events);
    last = await readCount(redis, counter).catch(() => undefined); // the next check reads it
  };
  const onReady = (): void => {
    listen().then(deps.onMissed, (error: unknown) => {
      deps.logger.warn({ err: error }, 'announcements not subscribed to');
    });
  };

  const check = createCheck(
    () => readCount(redis, counter),
    () => last,
    (count) => {
      if (last !== undefined) deps.onMissed();
      last = count;
    },
  );
  subscriber.on('message', onMessage);
  await listen();
  subscriber.on('ready', onReady);
  const timer = setInterval(check, deps.checkMs);

  return {
    async send(announcement) {
      const message = JSON.stringify({ v: 1, ...announcement });
      await announce.run({ keys: [counter], args: [keys.events, message] });
    },
    async close() {
      clearInterval(timer);
      subscriber.off('ready', onReady);
      subscriber.off('message', onMessage);
      // Where the connection is gone there is nothing to take back.
      if (subscriber.status === 'ready')
        await withDeadline(subscriber.unsubscribe(keys.events), 1000).catch(() => undefined);
    },
  };
}

async function readCount(redis: RedisClient, counter: string): Promise<number> {
  return Number((await redis.get(counter)) ?? 0);
}

/** A message may be on its way: it is missed if it has not come by the next check. */
function createCheck(
  read: () => Promise<number>,
  received: () => number | undefined,
  onBehind: (count: number) => void,
): () => void {
  let expected: number | undefined;
  return () => {
    read().then(
      (count) => {
        const last = received();
        const isBehind = expected !== undefined && last !== undefined && last < expected;
        if (last === undefined || isBehind || count < last) onBehind(count);
        expected = count;
      },
      () => undefined, // Redis is away: its return is a new connection, which is reported
    );
  };
}

const ids = z.array(z.int());
const announcementSchema = z.union([
  z.object({ name: z.literal('config-changed'), event: z.object({ version: z.number() }) }),
  z.object({
    name: z.literal('accounts-changed'),
    event: z.object({ userIds: ids, apiTokenIds: ids }),
  }),
]);

/** Undefined for what a newer build says to its like. */
function parseAnnouncement(text: string): Announcement | undefined {
  try {
    return announcementSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON: somebody else's message on our channel
  }
}
