import { optionUpdateSchema } from '@turnpike/core/contract';
import { Router } from 'express';
import type { OptionService } from '../services/option-service.ts';
import { callerOf } from './caller-of.ts';
import { sendData } from './envelope.ts';
import { requireRole } from './middleware/require-role.ts';
import { parseBody } from './parse-input.ts';

/** `/api/option`: what can be changed at run time. Root only. */
export function createOptionRouter({ options }: { options: OptionService }): Router {
  const router = Router();
  router.use(requireRole('root'));

  router.get('/', async (_request, response) => {
    const { options: data, secrets } = await options.list();
    sendData(response, data, { secrets });
  });

  router.put('/', async (request, response) => {
    response.status(400); // what a body gets that cannot be read: here, and only here, clients expect it
    const input = parseBody(optionUpdateSchema, request);
    response.status(200);
    await options.update(input, callerOf(request));
    sendData(response);
  });

  return router;
}

/** `/api/group`: names of the groups that users and channels may have. Administrators only. */
export function createGroupRouter({ options }: { options: OptionService }): Router {
  const router = Router();

  router.get('/', requireRole('admin'), async (_request, response) => {
    sendData(response, await options.listGroups());
  });

  return router;
}
