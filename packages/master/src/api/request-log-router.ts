import { requestLogRoutes } from '@turnpike/core/contract';
import type { Request, Response } from 'express';
import type { MasterDeps } from '../master-deps.ts';
import type { RequestLogService } from '../services/request-log-service.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

export interface RequestLogRouterDeps {
  requestLogs: RequestLogService;
  identifyClient: MasterDeps['identifyClient'];
}

/** `/api/log`: all rows for administrators, own rows for everyone. */
export function createRequestLogRouter(deps: RequestLogRouterDeps): BoundRoute[] {
  const { requestLogs } = deps;
  return [
    bindRoute(requestLogRoutes.list, ({ query }) => requestLogs.list(query)),
    bindRoute(requestLogRoutes.search, ({ query }) => requestLogs.search(query)),
    bindRoute(requestLogRoutes.stat, ({ query }) => requestLogs.stat(query)),
    bindRoute(requestLogRoutes.remove, ({ query, caller }) =>
      requestLogs.removeBefore(Number(query.target_timestamp), caller),
    ),
    bindRoute(requestLogRoutes.export, ({ query, caller, response }) =>
      requestLogs.export(query, caller, () => beginFile(response)),
    ),
    bindRoute(requestLogRoutes.listOwn, ({ query, caller }) => requestLogs.listOwn(query, caller)),
    bindRoute(requestLogRoutes.searchOwn, ({ query, caller }) =>
      requestLogs.searchOwn(query, caller),
    ),
    bindRoute(requestLogRoutes.statOwn, ({ query, caller }) => requestLogs.statOwn(query, caller)),
    bindRoute(requestLogRoutes.exportOwn, ({ query, caller, response }) =>
      requestLogs.exportOwn(query, caller, () => beginFile(response)),
    ),
    bindRoute(requestLogRoutes.listByToken, async ({ query, request }) => {
      const token = await deps.identifyClient(withKey(request, query.key));
      return requestLogs.listByToken(query, token);
    }),
  ];
}

function beginFile(response: Response): Response {
  const moment = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return response
    .type('text/csv; charset=utf-8')
    .set('Content-Disposition', `attachment; filename="logs-${moment}.csv"`);
}

/** The same request as if the key had come where keys belong. */
function withKey(request: Request, key: string): Request {
  if (key === '') return request;
  const authorization = `Bearer ${key.startsWith('sk-') ? key : `sk-${key}`}`;
  return Object.create(request, {
    headers: { value: { ...request.headers, authorization } },
  }) as Request;
}
