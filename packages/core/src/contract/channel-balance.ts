import { z } from 'zod';

export const channelBalanceResultSchema = z.object({
  channelId: z.int(),
  channelName: z.string(),
  isOk: z.boolean(),
  /** In the money of the upstream; null: unknown. */
  balance: z.number().nullable(),
  /** Why it is unknown; else empty. */
  message: z.string(),
  /** What the result did to the channel. */
  action: z.enum(['none', 'disabled']),
});

/** How a background run over the balances of channels stands, or ended. */
export const channelBalanceProgressSchema = z.object({
  isRunning: z.boolean(),
  /** Unix milliseconds; null: there was no run since the start. */
  startedAt: z.int().nullable(),
  finishedAt: z.int().nullable(),
  /** Enabled channels whose upstreams tell a balance. */
  total: z.int(),
  queried: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  /** Why the run ended early. */
  problem: z.string().nullable(),
  results: z.array(channelBalanceResultSchema),
});

/** The balance of one channel, or why its upstream did not tell. */
export const channelBalanceAnswerSchema = z.object({
  success: z.boolean(),
  message: z.string(),
  balance: z.number().nullable().optional(),
});

export type ChannelBalanceResult = z.infer<typeof channelBalanceResultSchema>;
export type ChannelBalanceProgress = z.infer<typeof channelBalanceProgressSchema>;
