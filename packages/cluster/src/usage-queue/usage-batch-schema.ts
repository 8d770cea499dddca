import { USAGE_BATCH_VERSION, type UsageBatch, type UsageEvent } from '@turnpike/core';
import { z } from 'zod';

/*
 * What comes back from a queue or a journal. Fields that this build does not know are kept: a newer node may have
 * written them, and the database layer may store the event as it is.
 */

const count = z.number().int().nonnegative();
const id = z.number().int();

const usageEvent = z.looseObject({
  v: z.literal(1),
  requestId: z.string().min(1),
  at: z.number(),
  userId: id,
  username: z.string(),
  apiTokenId: id,
  apiTokenName: z.string(),
  unlimitedToken: z.boolean(),
  budgetedToken: z.boolean().optional(),
  channelId: id,
  model: z.string(),
  upstreamModel: z.string(),
  billedModel: z.string(),
  operation: z.string(),
  usage: z.looseObject({
    input: z.looseObject({ uncached: z.number(), cacheRead: z.number(), cacheWrite: z.number() }),
    output: z.looseObject({ text: z.number(), reasoning: z.number() }),
    source: z.enum(['reported', 'estimated', 'mixed']),
  }),
  quota: count,
  writtenOff: count,
  hardBudget: z.boolean(),
  price: z.looseObject({
    source: z.string(),
    modelRatio: z.number(),
    completionRatio: z.number(),
    groupRatio: z.number(),
    version: z.number(),
  }),
  isStream: z.boolean(),
  firstByteMs: z.number(),
  durationMs: z.number(),
  nodeId: z.string(),
  endState: z.enum(['complete', 'client-aborted', 'upstream-failed', 'expired', 'recovered']),
  attempts: z.number(),
  systemPromptReset: z.boolean(),
});

const sender = z.object({ id: z.string().min(1), nodeId: z.string().min(1) });

const envelope = z.looseObject({
  v: z.number().int(),
  id: z.string().min(1),
  nodeId: z.string(),
  events: z.array(z.looseObject({ v: z.number().int() })).min(1),
});

export interface BadEvent {
  index: number;
  data: string;
  reason: string;
}

export type ParsedBatch =
  | {
      kind: 'batch';
      /** With the events that are whole; may be none. */
      batch: UsageBatch;
      /** Events that are none, as JSON, with their place in the batch. */
      bad: readonly BadEvent[];
    }
  /** Of a newer version than this build knows. */
  | { kind: 'newer'; version: number }
  /** `sender` where it can be told: it need not send this again. */
  | { kind: 'no-batch'; reason: string; sender?: { id: string; nodeId: string } };

/** Reads a batch that came over the wire. Never throws. */
export function readUsageBatch(value: unknown): ParsedBatch {
  const version = z.object({ v: z.number().int() }).safeParse(value);
  if (version.success && version.data.v > USAGE_BATCH_VERSION) {
    return { kind: 'newer', version: version.data.v };
  }
  const outer = envelope.safeParse(value);
  if (!outer.success) {
    const from = sender.safeParse(value);
    const reason = reasonOf(outer.error);
    return { kind: 'no-batch', reason, ...(from.success && { sender: from.data }) };
  }
  const newest = Math.max(...outer.data.events.map(({ v }) => v));
  if (newest > 1) return { kind: 'newer', version: newest };
  const events: UsageEvent[] = [];
  const bad: BadEvent[] = [];
  for (const [index, event] of outer.data.events.entries()) {
    const parsed = usageEvent.safeParse(event);
    if (parsed.success) events.push(event as unknown as UsageEvent);
    else bad.push({ index, data: JSON.stringify(event), reason: reasonOf(parsed.error) });
  }
  const { v, id: batchId, nodeId } = outer.data;
  return { kind: 'batch', batch: { v, id: batchId, nodeId, events }, bad };
}

/**
 * A batch of a journal; undefined when it is none. Its checksum says that this software wrote it, so the events are not
 * looked at: thousands may be read at once, when Redis lives anew.
 */
export function parseBatch(json: string): UsageBatch | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  return isBatch(value) ? value : undefined;
}

function isBatch(value: unknown): value is UsageBatch {
  if (typeof value !== 'object' || value === null) return false;
  const { id, nodeId, events } = value as Partial<Record<keyof UsageBatch, unknown>>;
  return typeof id === 'string' && typeof nodeId === 'string' && Array.isArray(events);
}

function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'not readable' : `${issue.path.join('.')}: ${issue.message}`;
}
