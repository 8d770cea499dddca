import { z } from 'zod';
import { plainSearchQuerySchema } from '../input-values.ts';
import {
  quotaSumSchema,
  requestLogFilterSchema,
  requestLogByTokenQuerySchema,
  requestLogListQuerySchema,
  requestLogRemoveQuerySchema,
  requestLogSchema,
} from '../request-log.ts';
import { defineRoutes } from '../route.ts';

/** All rows for administrators, own rows for everyone. */
export const requestLogRoutes = defineRoutes('log', {
  list: {
    method: 'get',
    path: '/api/log/',
    role: 'admin',
    summary: 'List rows of the log, newest first.',
    query: requestLogListQuerySchema,
    rows: requestLogSchema,
  },
  search: {
    method: 'get',
    path: '/api/log/search',
    role: 'admin',
    summary:
      'Search by type or by a prefix of the content: 100 rows, or in pages up to the 1000th.',
    query: plainSearchQuerySchema,
    rows: requestLogSchema,
  },
  stat: {
    method: 'get',
    path: '/api/log/stat',
    role: 'admin',
    summary: 'Sum the quota of consumption, with its rates of the last minute.',
    query: requestLogFilterSchema,
    data: quotaSumSchema,
  },
  export: {
    method: 'get',
    path: '/api/log/export',
    role: 'admin',
    summary: 'Download every row of a filter as comma-separated values, newest first.',
    query: requestLogFilterSchema,
    media: 'text/csv',
  },
  exportOwn: {
    method: 'get',
    path: '/api/log/self/export',
    role: 'common',
    summary: 'Download every own row of a filter as comma-separated values, newest first.',
    query: requestLogFilterSchema,
    media: 'text/csv',
  },
  listByToken: {
    method: 'get',
    path: '/api/log/token',
    role: 'guest',
    summary: 'List the rows of one API token for whoever has its key; `id` is 0. From any origin.',
    query: requestLogByTokenQuerySchema,
    rows: requestLogSchema,
  },
  remove: {
    method: 'delete',
    path: '/api/log/',
    role: 'admin',
    summary: 'Delete every row that is older than a moment and tell how many there were.',
    query: requestLogRemoveQuerySchema,
    data: z.int(),
  },
  listOwn: {
    method: 'get',
    path: '/api/log/self',
    role: 'common',
    summary: 'List own rows, newest first; `id` is 0.',
    query: requestLogListQuerySchema,
    rows: requestLogSchema,
  },
  searchOwn: {
    method: 'get',
    path: '/api/log/self/search',
    role: 'common',
    summary: 'Search own rows by type: 100 rows, or in pages up to the 1000th.',
    query: plainSearchQuerySchema,
    rows: requestLogSchema,
  },
  statOwn: {
    method: 'get',
    path: '/api/log/self/stat',
    role: 'common',
    summary: 'Sum the quota of own consumption, with its rates of the last minute.',
    query: requestLogFilterSchema,
    data: quotaSumSchema,
  },
});
