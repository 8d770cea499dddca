import type { Chore } from '@turnpike/core';
import { z } from 'zod';

const FORMAT = 1;

/** What a job of the queue `chores` carries. */
export function toChoreData(chore: Chore): { v: number; chore: Chore } {
  return { v: FORMAT, chore };
}

/** @throws when the chore is of a newer version than this build knows, or no chore */
export function parseChoreData(data: unknown): Chore {
  return choreDataSchema.parse(data).chore;
}

/** Relays wait for accounts; log rows can wait. 0 comes before 1. */
export const chorePriorities = {
  hydrate: 0,
  'channel-failure': 1,
  'failed-requests': 10,
} as const satisfies Record<Chore['kind'], number>;

const ids = z.array(z.int());

const failedRequestSchema = z.object({
  requestId: z.string(),
  at: z.number(),
  userId: z.int(),
  username: z.string(),
  apiTokenName: z.string(),
  channelId: z.int(),
  model: z.string(),
  code: z.string(),
  status: z.int(),
  message: z.string(),
  durationMs: z.number(),
  isStream: z.boolean(),
});

const choreDataSchema = z.object({
  v: z.literal(FORMAT),
  chore: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('hydrate'), userIds: ids, apiTokenIds: ids }),
    z.object({
      kind: z.literal('channel-failure'),
      report: z.object({ channelId: z.int(), channelName: z.string(), reason: z.string() }),
    }),
    z.object({ kind: z.literal('failed-requests'), requests: z.array(failedRequestSchema) }),
  ]),
});
