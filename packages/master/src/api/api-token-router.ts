import {
  apiTokenCreateSchema,
  apiTokenListQuerySchema,
  apiTokenStatusSchema,
  apiTokenUpdateSchema,
  idSchema,
  searchQuerySchema,
} from '@turnpike/core/contract';
import { Router } from 'express';
import type { ApiTokenService } from '../services/api-token-service.ts';
import { callerOf } from './caller-of.ts';
import { sendData } from './envelope.ts';
import { toApiTokenJson } from './json/api-token-json.ts';
import { requireRole } from './middleware/require-role.ts';
import { parseBody, parseInput, readIfMatch } from './parse-input.ts';

/** `/api/token`: the caller's own API tokens. */
export function createApiTokenRouter({ apiTokens }: { apiTokens: ApiTokenService }): Router {
  const router = Router();
  router.use(requireRole('common'));

  router.get('/', async (request, response) => {
    const query = parseInput(apiTokenListQuerySchema, request.query);
    sendData(response, (await apiTokens.list(query, callerOf(request))).map(toApiTokenJson));
  });

  router.get('/search', async (request, response) => {
    const { keyword } = parseInput(searchQuerySchema, request.query);
    sendData(response, (await apiTokens.search(keyword, callerOf(request))).map(toApiTokenJson));
  });

  router.get('/:id', async (request, response) => {
    const id = parseInput(idSchema, request.params.id);
    sendData(response, toApiTokenJson(await apiTokens.find(id, callerOf(request))));
  });

  router.post('/', async (request, response) => {
    const input = parseBody(apiTokenCreateSchema, request);
    sendData(response, toApiTokenJson(await apiTokens.create(input, callerOf(request))));
  });

  router.put('/', async (request, response) => {
    const input = parseBody(apiTokenUpdateSchema, request);
    const caller = callerOf(request);
    const token = request.query['status_only']
      ? await apiTokens.setStatus(input.id, parseBody(statusOnlySchema, request).status, caller)
      : await apiTokens.update(input, caller, readIfMatch(request.get('if-match')));
    sendData(response, toApiTokenJson(token));
  });

  router.delete('/:id', async (request, response) => {
    await apiTokens.remove(parseInput(idSchema, request.params.id), callerOf(request));
    sendData(response);
  });

  return router;
}

const statusOnlySchema = apiTokenUpdateSchema
  .pick({ id: true })
  .extend({ status: apiTokenStatusSchema });
