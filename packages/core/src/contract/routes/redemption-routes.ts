import { z } from 'zod';
import { idParamsSchema, searchQuerySchema } from '../input-values.ts';
import {
  redemptionBatchSchema,
  redemptionCreateSchema,
  redemptionListQuerySchema,
  redemptionSchema,
  redemptionUpdateQuerySchema,
  redemptionUpdateSchema,
} from '../redemption.ts';
import { defineRoutes } from '../route.ts';

/** Codes that are worth quota. */
export const redemptionRoutes = defineRoutes('redemption', {
  list: {
    method: 'get',
    path: '/api/redemption/',
    role: 'admin',
    summary: 'List redemption codes, newest first.',
    query: redemptionListQuerySchema,
    rows: redemptionSchema,
  },
  search: {
    method: 'get',
    path: '/api/redemption/search',
    role: 'admin',
    summary: 'Search by id, or prefix of the name; oldest first, 1000 rows or in pages.',
    query: searchQuerySchema,
    rows: redemptionSchema,
  },
  read: {
    method: 'get',
    path: '/api/redemption/:id',
    role: 'admin',
    summary: 'Read one redemption code.',
    params: idParamsSchema,
    data: redemptionSchema,
  },
  create: {
    method: 'post',
    path: '/api/redemption/',
    role: 'admin',
    summary: 'Make up to 100 codes of one name and quota; all or none are made.',
    body: redemptionCreateSchema,
    data: z.array(z.string()).readonly(),
  },
  update: {
    method: 'put',
    path: '/api/redemption/',
    role: 'admin',
    summary: 'Edit the fields that are given but never the status; with `status_only`, the status.',
    query: redemptionUpdateQuerySchema,
    body: redemptionUpdateSchema,
    data: redemptionSchema,
  },
  batch: {
    method: 'post',
    path: '/api/redemption/batch',
    role: 'admin',
    summary:
      'Enable, disable or delete several codes and tell how many changed. Used ones stay used.',
    body: redemptionBatchSchema,
    data: z.int(),
  },
  removeSpent: {
    method: 'delete',
    path: '/api/redemption/invalid',
    role: 'admin',
    summary: 'Delete codes that are used, disabled or expired, and tell how many there were.',
    data: z.int(),
  },
  remove: {
    method: 'delete',
    path: '/api/redemption/:id',
    role: 'admin',
    summary: 'Delete one code.',
    params: idParamsSchema,
  },
});
