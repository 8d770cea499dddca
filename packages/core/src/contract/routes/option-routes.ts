import { z } from 'zod';
import { optionListSchema, optionUpdateSchema } from '../option.ts';
import { defineRoutes } from '../route.ts';

/** What can be changed at run time. */
export const optionRoutes = defineRoutes('option', {
  list: {
    method: 'get',
    path: '/api/option/',
    role: 'root',
    summary: 'Read every option; of secrets only whether they are set.',
    answer: optionListSchema,
  },
  update: {
    method: 'put',
    path: '/api/option/',
    role: 'root',
    badBodyStatus: 400,
    summary: 'Check and store one option; it is effective at once.',
    body: optionUpdateSchema,
  },
  resetModelRatio: {
    method: 'post',
    path: '/api/option/rest_model_ratio',
    role: 'root',
    summary: 'Forget the own entries of `ModelRatio`: the shipped prices hold again.',
  },
});

/** Groups of users and channels. */
export const groupRoutes = defineRoutes('group', {
  list: {
    method: 'get',
    path: '/api/group/',
    role: 'admin',
    summary: 'List the names of the groups that have a ratio.',
    data: z.array(z.string()).readonly(),
  },
});
