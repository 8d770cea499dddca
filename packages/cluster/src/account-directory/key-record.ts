import {
  readLossPolicy,
  type ApiTokenAccount,
  type LossPolicy,
  type RequestLimits,
} from '@turnpike/core';
import { z } from 'zod';

const FORMAT = 1;

/** What the directory holds of a key: its token, without the owner's part. */
export interface KeyRecord {
  recordVersion: number;
  apiTokenId: number;
  apiTokenName: string;
  userId: number;
  status: number;
  /** Unix seconds; -1: never. */
  expiredTime: number;
  unlimitedQuota: boolean;
  /** Undefined: every model. */
  models: readonly string[] | undefined;
  subnets: readonly string[];
  limits: RequestLimits | undefined;
  lossPolicy: LossPolicy | undefined;
}

/** The script that writes a record reads the first two members of this text. */
export function toKeyRecordText(apiToken: ApiTokenAccount): string {
  return JSON.stringify({
    v: FORMAT,
    rv: apiToken.recordVersion,
    id: apiToken.id,
    name: apiToken.name,
    userId: apiToken.userId,
    status: apiToken.status,
    expiredTime: apiToken.expiredTime,
    unlimited: apiToken.unlimitedQuota,
    models: apiToken.models,
    subnets: apiToken.subnets,
    limits: apiToken.limits,
    loss: apiToken.lossPolicy,
  });
}

/** What stays of a key for a while when it must not work any more. */
export function toTombstoneText(recordVersion: number): string {
  return JSON.stringify({ v: FORMAT, rv: recordVersion, gone: true });
}

/**
 * `'gone'` for a key that works no more.
 *
 * @throws when the text is of a newer format than this build knows
 */
export function parseKeyRecord(text: string): KeyRecord | 'gone' {
  const stored = keyRecordSchema.parse(JSON.parse(text));
  if ('gone' in stored) return 'gone';
  return {
    recordVersion: stored.rv,
    apiTokenId: stored.id,
    apiTokenName: stored.name,
    userId: stored.userId,
    status: stored.status,
    expiredTime: stored.expiredTime,
    unlimitedQuota: stored.unlimited,
    models: stored.models,
    subnets: stored.subnets,
    limits: toLimits(stored.limits),
    lossPolicy: readLossPolicy(stored.loss),
  };
}

/** Limits as JSON text; undefined where there are none. */
export function parseLimits(text: string): RequestLimits | undefined {
  return text === '' ? undefined : toLimits(limitsSchema.parse(JSON.parse(text)));
}

const limitsSchema = z.object({
  requestsPerMinute: z.int().optional(),
  tokensPerMinute: z.int().optional(),
  concurrency: z.int().optional(),
  quotaPerDay: z.int().optional(),
  quotaPerMonth: z.int().optional(),
});

const keyRecordSchema = z.union([
  z.object({ v: z.literal(FORMAT), rv: z.int(), gone: z.literal(true) }),
  z.object({
    v: z.literal(FORMAT),
    rv: z.int(),
    id: z.int(),
    name: z.string(),
    userId: z.int(),
    status: z.int(),
    expiredTime: z.int(),
    unlimited: z.boolean(),
    models: z.array(z.string()).optional(),
    subnets: z.array(z.string()),
    limits: limitsSchema.optional(),
    loss: z.string().optional(),
  }),
]);

function toLimits(stored: z.infer<typeof limitsSchema> | undefined): RequestLimits | undefined {
  if (stored === undefined) return undefined;
  const { requestsPerMinute, tokensPerMinute, concurrency, quotaPerDay, quotaPerMonth } = stored;
  return {
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute }),
    ...(concurrency !== undefined && { concurrency }),
    ...(quotaPerDay !== undefined && { quotaPerDay }),
    ...(quotaPerMonth !== undefined && { quotaPerMonth }),
  };
}
