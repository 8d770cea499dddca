import { createHash } from 'node:crypto';
import type { ParkedUsage, UsageEvent } from '@turnpike/core';

type Place = Pick<ParkedUsage, 'park' | 'parkJob'>;

/** Sets one event aside. What has no usable request id is kept as text, under the hash of that. */
export async function parkEvent(
  parkedUsage: Place,
  event: unknown,
  failure: unknown,
): Promise<void> {
  const reason = describeFailure(failure);
  if (hasRequestId(event)) return parkedUsage.park([event], reason);
  const data = JSON.stringify({ event });
  const id = createHash('sha256').update(data).digest('hex');
  await parkedUsage.parkJob({ id, data, reason });
}

/**
 * Sets aside what the queue could not read. An event with a request id is kept as one: its open entry is then left alone,
 * as that of every parked event.
 */
export async function parkUnreadable(
  parkedUsage: Place,
  job: { id: string; data: string; reason: string },
): Promise<void> {
  const value = parseJson(job.data);
  if (hasRequestId(value)) await parkedUsage.park([value], job.reason);
  else await parkedUsage.parkJob(job);
}

/** It comes from outside: the type is what a relay promised, and only the request id is sure. */
function hasRequestId(event: unknown): event is UsageEvent {
  if (typeof event !== 'object' || event === null || !('requestId' in event)) return false;
  return typeof event.requestId === 'string' && /^[\x21-\x7e]{1,64}$/.test(event.requestId);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: kept as it is
  }
}

/** Drivers put the whole statement in front of the reason. */
function describeFailure(failure: unknown): string {
  const text = failure instanceof Object && 'message' in failure ? failure.message : failure;
  const message = String(text);
  return message.length <= 500 ? message : `… ${message.slice(-500)}`;
}
