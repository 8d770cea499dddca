import {
  apiTokenCreateSchema,
  apiTokenListQuerySchema,
  apiTokenSchema,
  apiTokenUpdateQuerySchema,
  apiTokenUpdateSchema,
} from '../api-token.ts';
import { idParamsSchema, searchQuerySchema } from '../input-values.ts';
import { defineRoutes } from '../route.ts';

/** The caller's own keys for `/v1`. */
export const apiTokenRoutes = defineRoutes('token', {
  list: {
    method: 'get',
    path: '/api/token/',
    role: 'common',
    summary: 'List the own tokens; `key` is without `sk-`.',
    query: apiTokenListQuerySchema,
    rows: apiTokenSchema,
  },
  search: {
    method: 'get',
    path: '/api/token/search',
    role: 'common',
    summary: 'Search the own tokens by a prefix of the name; oldest first, 1000 rows or in pages.',
    query: searchQuerySchema,
    rows: apiTokenSchema,
  },
  read: {
    method: 'get',
    path: '/api/token/:id',
    role: 'common',
    summary: 'Read one of the own tokens.',
    params: idParamsSchema,
    data: apiTokenSchema,
  },
  create: {
    method: 'post',
    path: '/api/token/',
    role: 'common',
    summary: 'Make a token.',
    body: apiTokenCreateSchema,
    data: apiTokenSchema,
  },
  update: {
    method: 'put',
    path: '/api/token/',
    role: 'common',
    takesIfMatch: true,
    summary: 'Edit the fields that are given; with `status_only`, the status and nothing else.',
    query: apiTokenUpdateQuerySchema,
    body: apiTokenUpdateSchema,
    data: apiTokenSchema,
  },
  remove: {
    method: 'delete',
    path: '/api/token/:id',
    role: 'common',
    summary: 'Delete one of the own tokens.',
    params: idParamsSchema,
  },
});
