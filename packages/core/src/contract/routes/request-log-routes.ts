import { z } from 'zod';
import { searchQuerySchema } from '../input-values.ts';
import {
  quotaSumSchema,
  requestLogFilterSchema,
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
    summary: 'Search by type or by a prefix of the content; at most 100 rows.',
    query: searchQuerySchema,
    rows: requestLogSchema,
  },
  stat: {
    method: 'get',
    path: '/api/log/stat',
    role: 'admin',
    summary: 'Sum the quota of consumption.',
    query: requestLogFilterSchema,
    data: quotaSumSchema,
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
    summary: 'Search own rows by type; at most 100 rows.',
    query: searchQuerySchema,
    rows: requestLogSchema,
  },
  statOwn: {
    method: 'get',
    path: '/api/log/self/stat',
    role: 'common',
    summary: 'Sum the quota of own consumption.',
    query: requestLogFilterSchema,
    data: quotaSumSchema,
  },
});
