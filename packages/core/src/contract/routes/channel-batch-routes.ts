import { z } from 'zod';
import {
  channelBatchPrioritySchema,
  channelBatchStatusSchema,
  channelBatchTagSchema,
  channelIdsSchema,
  channelTagSchema,
  channelTagUpdateSchema,
} from '../channel-batch.ts';
import { defineRoutes } from '../route.ts';

/** Many channels at once, by id or by tag: all or none. Each tells how many there were. */
export const channelBatchRoutes = defineRoutes('channelBatch', {
  remove: {
    method: 'post',
    path: '/api/channel/batch',
    role: 'admin',
    summary: 'Delete the channels with these ids.',
    body: channelIdsSchema,
    data: z.int(),
  },
  setStatus: {
    method: 'post',
    path: '/api/channel/batch/status',
    role: 'admin',
    summary: 'Enable or disable the channels with these ids.',
    body: channelBatchStatusSchema,
    data: z.int(),
  },
  setTag: {
    method: 'post',
    path: '/api/channel/batch/tag',
    role: 'admin',
    summary: 'Give the channels with these ids a tag, or take it away.',
    body: channelBatchTagSchema,
    data: z.int(),
  },
  setPriority: {
    method: 'post',
    path: '/api/channel/batch/priority',
    role: 'admin',
    summary: 'Set priority, weight, or both of the channels with these ids.',
    body: channelBatchPrioritySchema,
    data: z.int(),
  },
  enableTag: {
    method: 'post',
    path: '/api/channel/tag/enabled',
    role: 'admin',
    summary: 'Enable the channels of a tag.',
    body: channelTagSchema,
    data: z.int(),
  },
  disableTag: {
    method: 'post',
    path: '/api/channel/tag/disabled',
    role: 'admin',
    summary: 'Disable the channels of a tag.',
    body: channelTagSchema,
    data: z.int(),
  },
  updateTag: {
    method: 'put',
    path: '/api/channel/tag',
    role: 'admin',
    summary: 'Edit the channels of a tag: its name, models, groups, mapping, priority, weight.',
    body: channelTagUpdateSchema,
    data: z.int(),
  },
});
