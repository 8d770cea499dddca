import { createHash } from 'node:crypto';
import type { ParkedUsage, UsageEvent } from '@turnpike/core';

/** Sets one event aside. What has no usable request id is kept as text, under the hash of that. */
export async function parkEvent(
  parkedUsage: Pick<ParkedUsage, 'park' | 'parkJob'>,
  event: UsageEvent,
  failure: unknown,
): Promise<void> {
  const reason = describeFailure(failure);
  if (hasRequestId(event)) return parkedUsage.park([event], reason);
  const data = JSON.stringify({ event });
  const id = createHash('sha256').update(data).digest('hex');
  await parkedUsage.parkJob({ id, data, reason });
}

/** It comes from outside: the type is a promise that a broken relay may not have kept. */
function hasRequestId(event: unknown): boolean {
  if (typeof event !== 'object' || event === null || !('requestId' in event)) return false;
  return typeof event.requestId === 'string' && /^[\x21-\x7e]{1,64}$/.test(event.requestId);
}

/** Drivers put the whole statement in front of the reason. */
function describeFailure(failure: unknown): string {
  const text = failure instanceof Object && 'message' in failure ? failure.message : failure;
  const message = String(text);
  return message.length <= 500 ? message : `… ${message.slice(-500)}`;
}
