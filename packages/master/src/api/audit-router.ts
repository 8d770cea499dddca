import type { AuditEntry } from '@turnpike/core';
import { auditRoutes, type AuditEntryJson } from '@turnpike/core/contract';
import type { AuditService } from '../services/audit-service.ts';
import { mapPage } from '../services/to-page-query.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/audit`: who changed what. Root only. */
export function createAuditRouter({ audit }: { audit: AuditService }): BoundRoute[] {
  return [
    bindRoute(auditRoutes.list, async ({ query }) => mapPage(await audit.list(query), toAuditJson)),
  ];
}

function toAuditJson(entry: AuditEntry & { id: number }): AuditEntryJson {
  return {
    id: entry.id,
    created_at: Math.floor(entry.at / 1000),
    user_id: entry.userId,
    username: entry.username,
    action: entry.action,
    target_id: entry.targetId,
    details: entry.details,
    client_address: entry.clientAddress,
  };
}
