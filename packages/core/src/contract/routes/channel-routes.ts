import { z } from 'zod';
import { channelBalanceAnswerSchema, channelBalanceProgressSchema } from '../channel-balance.ts';
import {
  channelCreateSchema,
  channelSchema,
  channelTestAnswerSchema,
  channelTestProgressSchema,
  channelTestQuerySchema,
  channelTestRunQuerySchema,
  channelUpdateSchema,
} from '../channel.ts';
import { idParamsSchema, pageQuerySchema, searchQuerySchema } from '../input-values.ts';
import { modelEntrySchema } from '../model.ts';
import { defineRoutes } from '../route.ts';

/** The upstream accounts that requests are routed to. */
export const channelRoutes = defineRoutes('channel', {
  list: {
    method: 'get',
    path: '/api/channel/',
    role: 'admin',
    summary: 'List channels; `key` is always empty.',
    query: pageQuerySchema,
    rows: channelSchema,
  },
  search: {
    method: 'get',
    path: '/api/channel/search',
    role: 'admin',
    summary: 'Search by id, or by a prefix of the name.',
    query: searchQuerySchema,
    rows: channelSchema,
  },
  models: {
    method: 'get',
    path: '/api/channel/models',
    role: 'admin',
    summary: "List all built-in models, in OpenAI's form.",
    answer: z.object({ object: z.literal('list'), data: z.array(modelEntrySchema).readonly() }),
  },
  read: {
    method: 'get',
    path: '/api/channel/:id',
    role: 'admin',
    summary: 'Read one channel.',
    params: idParamsSchema,
    data: channelSchema,
  },
  create: {
    method: 'post',
    path: '/api/channel/',
    role: 'admin',
    summary: 'Make one channel for each line of `key`; all or none.',
    body: channelCreateSchema,
  },
  update: {
    method: 'put',
    path: '/api/channel/',
    role: 'admin',
    summary: 'Edit the fields that are given.',
    body: channelUpdateSchema,
    data: channelSchema,
  },
  removeDisabled: {
    method: 'delete',
    path: '/api/channel/disabled',
    role: 'admin',
    summary: 'Delete every disabled channel and tell how many there were.',
    data: z.int(),
  },
  remove: {
    method: 'delete',
    path: '/api/channel/:id',
    role: 'admin',
    summary: 'Delete one channel.',
    params: idParamsSchema,
  },
  test: {
    method: 'get',
    path: '/api/channel/test',
    role: 'admin',
    alsoPost: true,
    summary: 'Start a test of many channels in the background.',
    query: channelTestRunQuerySchema,
  },
  testProgress: {
    method: 'get',
    path: '/api/channel/test/progress',
    role: 'admin',
    summary: 'Tell how the background test stands, or ended.',
    data: channelTestProgressSchema,
  },
  testOne: {
    method: 'get',
    path: '/api/channel/test/:id',
    role: 'admin',
    alsoPost: true,
    summary: 'Test one channel with a real request and wait for the result.',
    params: idParamsSchema,
    query: channelTestQuerySchema,
    answer: channelTestAnswerSchema,
  },
  updateBalances: {
    method: 'get',
    path: '/api/channel/update_balance',
    role: 'admin',
    alsoPost: true,
    summary: 'Start to read the balances of all enabled channels in the background.',
  },
  balanceProgress: {
    method: 'get',
    path: '/api/channel/update_balance/progress',
    role: 'admin',
    summary: 'Tell how the reading of balances stands, or ended.',
    data: channelBalanceProgressSchema,
  },
  updateBalance: {
    method: 'get',
    path: '/api/channel/update_balance/:id',
    role: 'admin',
    alsoPost: true,
    summary: 'Read the balance of one channel at its upstream.',
    params: idParamsSchema,
    answer: channelBalanceAnswerSchema,
  },
});
