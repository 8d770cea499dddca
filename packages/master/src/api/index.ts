import type {
  Clock,
  Logger,
  OptionRepository,
  RateLimiter,
  SessionRepository,
  UserRepository,
} from '@turnpike/core';
import { requestLogRoutes, type OAuthProvider } from '@turnpike/core/contract';
import express, { type Express } from 'express';
import type { ChannelBalanceService } from '../balances/channel-balance-service.ts';
import type { MasterDeps, MasterSettings } from '../master-deps.ts';
import type { GivenUpService } from '../notifications/given-up-service.ts';
import type { AccountService } from '../services/account-service.ts';
import type { ApiTokenService } from '../services/api-token-service.ts';
import type { AuditService } from '../services/audit-service.ts';
import type { BillingService } from '../services/billing-service.ts';
import type { ChannelBatchService } from '../services/channel-batch-service.ts';
import type { ChannelService } from '../services/channel-service.ts';
import type { ChannelTestService } from '../services/channel-test-service.ts';
import type { CurrentOptions } from '../services/current-options.ts';
import type { ModelService } from '../services/model-service.ts';
import type { OptionService } from '../services/option-service.ts';
import type { PasswordHasher } from '../services/password-hasher.ts';
import type { PricingService } from '../services/pricing-service.ts';
import type { QuotaService } from '../services/quota-service.ts';
import type { RedemptionService } from '../services/redemption-service.ts';
import type { RefundRequest } from '../services/refund-service.ts';
import type { RequestLogService } from '../services/request-log-service.ts';
import type { UpstreamModelService } from '../services/upstream-model-service.ts';
import type { SetupService } from '../services/setup-service.ts';
import type { UsageDataService } from '../services/usage-data-service.ts';
import type { UserEditService } from '../services/user-edit-service.ts';
import type { UserService } from '../services/user-service.ts';
import type { IdentityService } from '../sign-in/identity-service.ts';
import type { OAuthStates } from '../sign-in/oauth-states.ts';
import type { OAuthSignIn } from '../sign-in/provider-profile.ts';
import type { RegistrationService } from '../sign-in/registration-service.ts';
import type { SignInEndpoints } from '../sign-in/sign-in-endpoints.ts';
import type { Signer } from '../sign-in/signer.ts';
import { wechatSignIn } from '../sign-in/wechat-sign-in.ts';
import { createAccountRouter } from './account-router.ts';
import { createApiTokenRouter } from './api-token-router.ts';
import { createAuditRouter } from './audit-router.ts';
import { createBillingRouter } from './billing-router.ts';
import { createChannelBatchRouter } from './channel-batch-router.ts';
import { createChannelRouter } from './channel-router.ts';
import { createBillingErrorHandler, createErrorHandler } from './error-handler.ts';
import { allowAnyOrigin } from './middleware/allow-any-origin.ts';
import { createAuthenticate } from './middleware/authenticate.ts';
import { createLogIn } from './log-in.ts';
import { limitRate } from './middleware/limit-rate.ts';
import { createLoginGuard } from './middleware/login-guard.ts';
import { createPasswordLogin } from './middleware/password-login.ts';
import { createProviderLogin } from './middleware/provider-login.ts';
import { createJsonBodyReader } from './middleware/read-json-body.ts';
import { createApiTokenGuard } from './middleware/require-api-token.ts';
import { createCrossSiteGuard } from './middleware/refuse-cross-site.ts';
import { refuseHead } from './middleware/refuse-head.ts';
import { createHumanCheck } from './middleware/refuse-machines.ts';
import { createSessions, type Sessions } from './middleware/sessions.ts';
import { createStamp } from './middleware/stamp-response.ts';
import { createModelRouter } from './model-router.ts';
import { createNotificationRouter } from './notification-router.ts';
import { createPricingRouter } from './pricing-router.ts';
import { createSetupRouter } from './setup-router.ts';
import { createOptionRouter } from './option-router.ts';
import { createOpenApiRouter } from './open-api-router.ts';
import { refuseUnknownRoute } from './refuse-unknown-route.ts';
import { createRedemptionRouter } from './redemption-router.ts';
import { createRefundRouter } from './refund-router.ts';
import { createRequestLogRouter } from './request-log-router.ts';
import type { BoundRoute } from './routing/bind-route.ts';
import { mountRoutes } from './routing/mount-routes.ts';
import { createSessionRouter } from './session-router.ts';
import { createSignInRouter } from './sign-in-router.ts';
import { createStatusRouter } from './status-router.ts';
import { createUsageDataRouter } from './usage-data-router.ts';
import { createUserRouter } from './user-router.ts';

export interface ApiDeps {
  userRepository: UserRepository;
  sessionRepository: SessionRepository;
  optionRepository: Pick<OptionRepository, 'all'>;
  signer: Signer;
  registrations: RegistrationService;
  identityService: IdentityService;
  oauthStates: OAuthStates;
  oauthSignIns: Readonly<Record<OAuthProvider, OAuthSignIn>>;
  signInEndpoints: SignInEndpoints;
  passwords: PasswordHasher;
  currentOptions: CurrentOptions;
  accounts: AccountService;
  users: UserService;
  userEdits: UserEditService;
  quotas: QuotaService;
  apiTokens: ApiTokenService;
  redemptions: RedemptionService;
  refundRequest: RefundRequest;
  channels: ChannelService;
  audit: AuditService;
  givenUp: GivenUpService;
  billing: BillingService;
  channelBatches: ChannelBatchService;
  channelTests: ChannelTestService;
  channelBalances: ChannelBalanceService;
  models: ModelService;
  upstreamModels: UpstreamModelService;
  pricing: PricingService;
  setup: SetupService;
  requestLogs: RequestLogService;
  usageData: UsageDataService;
  options: OptionService;
  rateLimiter: RateLimiter;
  clock: Clock;
  logger: Logger;
  newRequestId: () => string;
  identifyClient: MasterDeps['identifyClient'];
  isOutage: MasterDeps['isOutage'];
  settings: MasterSettings;
}

/** Chat clients ask for a balance here, with the key that they chat with. */
const BILLING_PATHS = ['/dashboard/billing', '/v1/dashboard/billing'];

/** An Express app, to be mounted or called as a request listener. */
export type Api = Express;

/** The management API: everything under `/api`, errors and unknown paths included. Other paths are passed on. */
export function createApi(deps: ApiDeps): Api {
  const { settings, rateLimiter } = deps;
  const sessions = createSessions(deps);
  const crossSite = createCrossSiteGuard(deps);
  const isLimited = settings.globalApiRateLimit > 0;
  const limitGlobally = { name: 'GA', count: settings.globalApiRateLimit, windowMs: 180_000 };
  const limitCritically = { name: 'CT', count: isLimited ? 20 : 0, windowMs: 20 * 60_000 };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // answers are never cached, so nobody asks again with one
  app.set('trust proxy', [...settings.trustedProxies]);
  app.use([...BILLING_PATHS, requestLogRoutes.listByToken.path], allowAnyOrigin);
  app.use(
    ['/api', ...BILLING_PATHS],
    createStamp(deps),
    refuseHead,
    limitRate(rateLimiter, limitGlobally),
  );
  app.use('/api', createAuthenticate({ users: deps.userRepository, sessions }));
  app.use('/api', crossSite.unsafeMethods, createJsonBodyReader());
  mountRoutes(app, listRoutes({ ...deps, sessions }), {
    limiters: { critical: limitRate(rateLimiter, limitCritically) },
    refuseCrossSite: crossSite.everyMethod,
    refuseMachines: createHumanCheck({ ...deps, sessions }),
    requireApiToken: createApiTokenGuard(deps),
  });
  app.use(BILLING_PATHS, refuseUnknownRoute, createBillingErrorHandler(deps));
  app.use('/api', refuseUnknownRoute, createErrorHandler(deps));
  return app;
}

/** Every resource; a new one needs its line here. */
function listRoutes(deps: ApiDeps & { sessions: Sessions }): BoundRoute[] {
  const signIn = {
    ...deps,
    loginByPassword: createPasswordLogin({ ...deps, users: deps.userRepository }),
    loginByProvider: createProviderLogin({ ...deps.oauthSignIns, wechat: wechatSignIn }),
    loginGuard: createLoginGuard(deps),
    logIn: createLogIn(deps),
  };
  return [
    ...createStatusRouter(deps),
    ...createSetupRouter(deps),
    ...createOpenApiRouter(deps),
    ...createSessionRouter(signIn),
    ...createSignInRouter(signIn),
    ...createAccountRouter(deps),
    ...createUserRouter(deps),
    ...createApiTokenRouter(deps),
    ...createRedemptionRouter(deps),
    ...createRefundRouter(deps),
    ...createChannelRouter(deps),
    ...createChannelBatchRouter(deps),
    ...createRequestLogRouter(deps),
    ...createUsageDataRouter(deps),
    ...createOptionRouter(deps),
    ...createModelRouter(deps),
    ...createPricingRouter(deps),
    ...createBillingRouter(deps),
    ...createAuditRouter(deps),
    ...createNotificationRouter(deps),
  ];
}
