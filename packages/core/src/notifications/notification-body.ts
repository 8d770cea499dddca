import { z } from 'zod';
import type { Notification } from '../ports/notification-queue.ts';

const FORMAT = 1;

const channelEvent = z.object({
  type: z.enum(['channel.disabled', 'channel.enabled', 'channel.failing']),
  data: z.object({ channel_id: z.int(), channel_name: z.string(), reason: z.string() }),
});

const testedEvent = z.object({
  type: z.literal('channels.tested'),
  data: z.object({ scope: z.string(), total: z.int(), succeeded: z.int(), failed: z.int() }),
});

const quotaEvent = z.object({
  type: z.enum(['quota.low', 'quota.used_up']),
  data: z.object({
    user_id: z.int(),
    username: z.string(),
    quota: z.int(),
    threshold: z.int(),
  }),
});

const event = z.union([channelEvent, testedEvent, quotaEvent]);

const bodySchema = z.object({
  v: z.literal(FORMAT),
  notification: z.discriminatedUnion('kind', [
    z.object({
      kind: z.enum(['verification-mail', 'reset-mail']),
      email: z.string(),
      language: z.enum(['en', 'zh']),
    }),
    z.object({ kind: z.literal('root-alert'), event }),
    z.object({ kind: z.literal('user-mail'), userId: z.int(), event }),
    z.object({ kind: z.literal('webhook'), event, occurredAt: z.number() }),
  ]),
});

/** How a notification is stored. */
export function toNotificationBody(notification: Notification): z.infer<typeof bodySchema> {
  return { v: FORMAT, notification };
}

/** @throws when it is of a newer version than this build knows, or nothing of ours */
export function parseNotificationBody(body: unknown): Notification {
  return bodySchema.parse(body).notification;
}
