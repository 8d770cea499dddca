import type { Clock, Logger, RateLimiter, UserRepository } from '@turnpike/core';
import express, { Router, type Express } from 'express';
import type { ChannelBalanceService } from '../balances/channel-balance-service.ts';
import type { MasterSettings } from '../master-deps.ts';
import type { AccountService } from '../services/account-service.ts';
import type { ApiTokenService } from '../services/api-token-service.ts';
import type { ChannelService } from '../services/channel-service.ts';
import type { ChannelTestService } from '../services/channel-test-service.ts';
import type { CurrentOptions } from '../services/current-options.ts';
import type { ModelService } from '../services/model-service.ts';
import type { OptionService } from '../services/option-service.ts';
import type { PasswordHasher } from '../services/password-hasher.ts';
import type { QuotaService } from '../services/quota-service.ts';
import type { RequestLogService } from '../services/request-log-service.ts';
import type { UserEditService } from '../services/user-edit-service.ts';
import type { UserService } from '../services/user-service.ts';
import { createAccountRouter } from './account-router.ts';
import { createApiTokenRouter } from './api-token-router.ts';
import { createChannelRouter } from './channel-router.ts';
import { createErrorHandler } from './error-handler.ts';
import { createAuthenticate } from './middleware/authenticate.ts';
import { limitRate } from './middleware/limit-rate.ts';
import { createPasswordLogin } from './middleware/password-login.ts';
import { createJsonBodyReader } from './middleware/read-json-body.ts';
import { createCrossSiteGuard } from './middleware/refuse-cross-site.ts';
import { refuseHead } from './middleware/refuse-head.ts';
import { createSessionCodec } from './middleware/session-cookie.ts';
import { createSessions } from './middleware/sessions.ts';
import { createStamp } from './middleware/stamp-response.ts';
import { createModelRouter } from './model-router.ts';
import { createGroupRouter, createOptionRouter } from './option-router.ts';
import { refuseUnknownRoute } from './refuse-unknown-route.ts';
import { createRequestLogRouter } from './request-log-router.ts';
import { createSessionRouter } from './session-router.ts';
import { createStatusRouter } from './status-router.ts';
import { createTopUpRouter, createUserRouter } from './user-router.ts';

export interface ApiDeps {
  userRepository: UserRepository;
  passwords: PasswordHasher;
  currentOptions: CurrentOptions;
  accounts: AccountService;
  users: UserService;
  userEdits: UserEditService;
  quotas: QuotaService;
  apiTokens: ApiTokenService;
  channels: ChannelService;
  channelTests: ChannelTestService;
  channelBalances: ChannelBalanceService;
  models: ModelService;
  requestLogs: RequestLogService;
  options: OptionService;
  rateLimiter: RateLimiter;
  clock: Clock;
  logger: Logger;
  newRequestId: () => string;
  settings: MasterSettings;
}

/** An Express app, to be mounted or called as a request listener. */
export type Api = Express;

/** The management API: everything under `/api`, errors and unknown paths included. Other paths are passed on. */
export function createApi(deps: ApiDeps): Api {
  const { settings, rateLimiter, passwords, currentOptions } = deps;
  const sessionCodec = createSessionCodec({ secret: settings.sessionSecret, clock: deps.clock });
  const sessions = createSessions({ sessionCodec, settings });
  const crossSite = createCrossSiteGuard({ currentOptions });
  const refuseCrossSite = crossSite.everyMethod;
  const users = deps.userRepository;
  const api = Router();

  api.use(createStamp(deps));
  api.use(refuseHead);
  api.use(
    limitRate(rateLimiter, { name: 'GA', count: settings.globalApiRateLimit, windowMs: 180_000 }),
  );
  api.use(createAuthenticate({ users, sessionCodec }));
  api.use(crossSite.unsafeMethods);
  api.use(createJsonBodyReader());

  const loginByPassword = createPasswordLogin({ users, passwords });
  api.use('/', createStatusRouter(deps));
  api.use('/user', createSessionRouter({ ...deps, sessions, loginByPassword, refuseCrossSite }));
  api.use('/user', createAccountRouter({ ...deps, users, sessions, refuseCrossSite }));
  api.use('/user', createUserRouter(deps));
  api.use('/topup', createTopUpRouter(deps));
  api.use('/token', createApiTokenRouter(deps));
  api.use('/channel', createChannelRouter({ ...deps, refuseCrossSite }));
  api.use('/log', createRequestLogRouter(deps));
  api.use('/option', createOptionRouter(deps));
  api.use('/group', createGroupRouter(deps));
  api.use('/models', createModelRouter(deps));
  api.use(refuseUnknownRoute);
  api.use(createErrorHandler(deps));

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // answers are never cached, so nobody asks again with one
  app.set('trust proxy', [...settings.trustedProxies]);
  app.use('/api', api);
  return app;
}
