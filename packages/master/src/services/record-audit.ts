import type { AuditLog, Clock } from '@turnpike/core';
import type { Caller } from './caller.ts';
import { maskSecrets } from './mask-secrets.ts';

export interface AuditDeps {
  auditLog: AuditLog;
  clock: Clock;
}

/** Leaves a trace of what somebody changed. `details` must be free of secrets. */
export type RecordAudit = (
  actor: Caller,
  action: string,
  targetId: number | string,
  details?: Readonly<Record<string, unknown>>,
) => Promise<void>;

export function createAuditRecorder({ auditLog, clock }: AuditDeps): RecordAudit {
  return (actor, action, targetId, details = {}) =>
    auditLog.record({
      at: clock.now(),
      userId: actor.user.id,
      username: actor.user.username,
      action,
      targetId: String(targetId),
      details: maskSecrets(details) as typeof details,
      clientAddress: actor.address,
    });
}

/** Old and new values of the fields that differ. */
export function diffFields<T extends object>(
  before: T,
  after: T,
  names: readonly (keyof T & string)[],
): Record<string, { from: unknown; to: unknown }> {
  return Object.fromEntries(
    names
      .filter((name) => before[name] !== after[name])
      .map((name) => [name, { from: before[name], to: after[name] }]),
  );
}
