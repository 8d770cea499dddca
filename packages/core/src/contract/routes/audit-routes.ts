import { auditEntrySchema, auditListQuerySchema } from '../audit.ts';
import { defineRoutes } from '../route.ts';

/** The trace that administrative changes leave. */
export const auditRoutes = defineRoutes('audit', {
  list: {
    method: 'get',
    path: '/api/audit/',
    role: 'root',
    summary: 'List administrative changes with what was before and after, newest first.',
    query: auditListQuerySchema,
    rows: auditEntrySchema,
  },
});
