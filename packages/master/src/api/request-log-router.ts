import { requestLogRoutes } from '@turnpike/core/contract';
import type { RequestLogService } from '../services/request-log-service.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/log`: all rows for administrators, own rows for everyone. */
export function createRequestLogRouter({
  requestLogs,
}: {
  requestLogs: RequestLogService;
}): BoundRoute[] {
  return [
    bindRoute(requestLogRoutes.list, ({ query }) => requestLogs.list(query)),
    bindRoute(requestLogRoutes.search, ({ query }) => requestLogs.search(query.keyword)),
    bindRoute(requestLogRoutes.stat, async ({ query }) => ({
      quota: await requestLogs.sumQuota(query),
    })),
    bindRoute(requestLogRoutes.remove, ({ query, caller }) =>
      requestLogs.removeBefore(Number(query.target_timestamp), caller),
    ),
    bindRoute(requestLogRoutes.listOwn, ({ query, caller }) => requestLogs.listOwn(query, caller)),
    bindRoute(requestLogRoutes.searchOwn, ({ query, caller }) =>
      requestLogs.searchOwn(query.keyword, caller),
    ),
    bindRoute(requestLogRoutes.statOwn, async ({ query, caller }) => ({
      quota: await requestLogs.sumOwnQuota(query, caller),
    })),
  ];
}
