import {
  idSchema,
  searchQuerySchema,
  topUpSchema,
  userCreateSchema,
  userListQuerySchema,
  userManageSchema,
  userUpdateSchema,
} from '@turnpike/core/contract';
import { Router } from 'express';
import type { QuotaService } from '../services/quota-service.ts';
import type { UserEditService } from '../services/user-edit-service.ts';
import type { UserService } from '../services/user-service.ts';
import { callerOf } from './caller-of.ts';
import { sendData } from './envelope.ts';
import { toPartialUserJson, toUserJson } from './json/user-json.ts';
import { requireRole } from './middleware/require-role.ts';
import { parseBody, parseInput, readIfMatch } from './parse-input.ts';

export interface UserRouterDeps {
  users: UserService;
  userEdits: UserEditService;
}

/** `/api/user`: accounts. Administrators only, and only over those below them. */
export function createUserRouter({ users, userEdits }: UserRouterDeps): Router {
  const router = Router();
  router.use(requireRole('admin'));

  router.get('/', async (request, response) => {
    const found = await users.list(parseInput(userListQuerySchema, request.query));
    sendData(response, found.map(toUserJson));
  });

  router.get('/search', async (request, response) => {
    const { keyword } = parseInput(searchQuerySchema, request.query);
    sendData(response, (await users.search(keyword)).map(toUserJson));
  });

  router.get('/:id', async (request, response) => {
    const id = parseInput(idSchema, request.params.id);
    sendData(response, toUserJson(await users.read(id, callerOf(request))));
  });

  router.post('/', async (request, response) => {
    await users.create(parseBody(userCreateSchema, request), callerOf(request));
    sendData(response);
  });

  router.put('/', async (request, response) => {
    const input = parseBody(userUpdateSchema, request);
    await userEdits.update(input, callerOf(request), readIfMatch(request.get('if-match')));
    sendData(response);
  });

  router.post('/manage', async (request, response) => {
    const input = parseBody(userManageSchema, request);
    const { role, status } = await userEdits.manage(input, callerOf(request));
    sendData(response, toPartialUserJson({ role, status }));
  });

  router.delete('/:id', async (request, response) => {
    await users.remove(parseInput(idSchema, request.params.id), callerOf(request));
    sendData(response);
  });

  return router;
}

/** `/api/topup`: quota for any account. Administrators only. */
export function createTopUpRouter({ quotas }: { quotas: QuotaService }): Router {
  const router = Router();

  router.post('/', requireRole('admin'), async (request, response) => {
    await quotas.topUp(parseBody(topUpSchema, request), callerOf(request));
    sendData(response);
  });

  return router;
}
