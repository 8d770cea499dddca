import type { UserRepository } from '@turnpike/core';
import { accountUpdateSchema } from '@turnpike/core/contract';
import { Router, type RequestHandler } from 'express';
import type { AccountService } from '../services/account-service.ts';
import type { ModelService } from '../services/model-service.ts';
import { callerOf } from './caller-of.ts';
import { sendData } from './envelope.ts';
import { toUserJson } from './json/user-json.ts';
import { requireRole } from './middleware/require-role.ts';
import type { Sessions } from './middleware/sessions.ts';
import { parseBody } from './parse-input.ts';

export interface AccountRouterDeps {
  accounts: AccountService;
  models: ModelService;
  users: Pick<UserRepository, 'findWithPassword'>;
  sessions: Sessions;
  refuseCrossSite: RequestHandler;
}

/** `/api/user/self` and its neighbours: what everybody may do with the own account. */
export function createAccountRouter(deps: AccountRouterDeps): Router {
  const { accounts, models, users, sessions } = deps;
  const router = Router();
  const common = requireRole('common');

  router.get('/self', common, async (request, response) => {
    const { user } = callerOf(request);
    const must_change_password = await accounts.mustChangePassword(user);
    sendData(response, { ...toUserJson(user), must_change_password });
  });

  router.put('/self', common, async (request, response) => {
    const caller = callerOf(request);
    const hasNewPassword = await accounts.update(parseBody(accountUpdateSchema, request), caller);
    if (hasNewPassword && caller.via === 'session') {
      // A new password ends every session; the one that set it goes on.
      const found = await users.findWithPassword(caller.user.id);
      if (found !== undefined)
        sessions.begin(request, response, caller.user.id, found.passwordHash);
    }
    sendData(response);
  });

  router.delete('/self', common, async (request, response) => {
    await accounts.remove(callerOf(request));
    sessions.end(request, response);
    sendData(response);
  });

  const rotateAccessToken: RequestHandler = async (request, response) => {
    sendData(response, await accounts.rotateAccessToken(callerOf(request)));
  };
  router.get('/token', common, deps.refuseCrossSite, rotateAccessToken);
  router.post('/token', common, rotateAccessToken);

  router.get('/dashboard', common, async (request, response) => {
    sendData(response, await accounts.dashboard(callerOf(request)));
  });

  router.get('/available_models', common, async (request, response) => {
    sendData(response, await models.modelsOfGroup(callerOf(request).user.group));
  });

  return router;
}
