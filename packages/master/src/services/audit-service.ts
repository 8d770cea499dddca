import type { AuditEntry, AuditLog, Page } from '@turnpike/core';
import type { AuditListQueryInput } from '@turnpike/core/contract';
import { toPageQuery } from './to-page-query.ts';

export type AuditService = ReturnType<typeof createAuditService>;

/** What administrators did, for root. */
export function createAuditService({ auditLog }: { auditLog: AuditLog }) {
  return {
    list(input: AuditListQueryInput): Promise<Page<AuditEntry & { id: number }>> {
      const { username, action, target, start_timestamp: from, end_timestamp: until } = input;
      const filter = {
        ...(username !== '' && { username }),
        ...(action !== '' && { action }),
        ...(target !== '' && { targetId: target }),
        ...(from !== 0 && { from: from * 1000 }),
        ...(until !== 0 && { until: until * 1000 + 999 }),
      };
      return auditLog.page(filter, toPageQuery(input));
    },
  };
}
