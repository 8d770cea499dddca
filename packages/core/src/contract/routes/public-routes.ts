import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { statusSchema } from '../status.ts';

/** What a console needs before anybody is logged in, and what describes this API. */
export const publicRoutes = defineRoutes('public', {
  status: {
    method: 'get',
    path: '/api/status',
    role: 'guest',
    summary: 'Tell name, version, switches and links. Answers HEAD too.',
    data: statusSchema,
  },
  statusTest: {
    method: 'get',
    path: '/api/status/test',
    role: 'admin',
    summary: 'Tell whether the database answers; 503 where it does not.',
  },
  notice: {
    method: 'get',
    path: '/api/notice',
    role: 'guest',
    summary: 'Read the notice: Markdown or HTML.',
    data: z.string(),
  },
  about: {
    method: 'get',
    path: '/api/about',
    role: 'guest',
    summary: 'Read the page about this gateway: Markdown, HTML, or an address.',
    data: z.string(),
  },
  homePage: {
    method: 'get',
    path: '/api/home_page_content',
    role: 'guest',
    summary: 'Read the home page: Markdown, HTML, or an address.',
    data: z.string(),
  },
  openApi: {
    method: 'get',
    path: '/api/openapi.json',
    role: 'guest',
    summary: 'Describe this API as an OpenAPI 3.1 document.',
    answer: z.record(z.string(), z.unknown()),
  },
  docs: {
    method: 'get',
    path: '/api/docs',
    role: 'guest',
    summary: 'Describe this API as a page.',
    media: 'text/html',
  },
});
