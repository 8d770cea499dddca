import {
  requestLogFilterSchema,
  requestLogListQuerySchema,
  requestLogRemoveQuerySchema,
  searchQuerySchema,
} from '@turnpike/core/contract';
import { Router } from 'express';
import type { RequestLogService } from '../services/request-log-service.ts';
import { callerOf } from './caller-of.ts';
import { sendData } from './envelope.ts';
import { requireRole } from './middleware/require-role.ts';
import { parseInput } from './parse-input.ts';

/** `/api/log`: all rows for administrators, own rows for everyone. */
export function createRequestLogRouter({
  requestLogs,
}: {
  requestLogs: RequestLogService;
}): Router {
  const router = Router();
  const common = requireRole('common');
  const admin = requireRole('admin');

  router.get('/', admin, async (request, response) => {
    const query = parseInput(requestLogListQuerySchema, request.query);
    sendData(response, await requestLogs.list(query));
  });

  router.get('/search', admin, async (request, response) => {
    const { keyword } = parseInput(searchQuerySchema, request.query);
    sendData(response, await requestLogs.search(keyword));
  });

  router.get('/stat', admin, async (request, response) => {
    const query = parseInput(requestLogFilterSchema, request.query);
    sendData(response, { quota: await requestLogs.sumQuota(query) });
  });

  router.delete('/', admin, async (request, response) => {
    const query = parseInput(requestLogRemoveQuerySchema, request.query);
    const timestamp = Number(query.target_timestamp);
    sendData(response, await requestLogs.removeBefore(timestamp, callerOf(request)));
  });

  router.get('/self', common, async (request, response) => {
    const query = parseInput(requestLogListQuerySchema, request.query);
    sendData(response, await requestLogs.listOwn(query, callerOf(request)));
  });

  router.get('/self/search', common, async (request, response) => {
    const { keyword } = parseInput(searchQuerySchema, request.query);
    sendData(response, await requestLogs.searchOwn(keyword, callerOf(request)));
  });

  router.get('/self/stat', common, async (request, response) => {
    const query = parseInput(requestLogFilterSchema, request.query);
    sendData(response, { quota: await requestLogs.sumOwnQuota(query, callerOf(request)) });
  });

  return router;
}
