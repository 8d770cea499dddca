import type { Route } from './route.ts';
import { accountRoutes } from './routes/account-routes.ts';
import { apiTokenRoutes } from './routes/api-token-routes.ts';
import { auditRoutes } from './routes/audit-routes.ts';
import { billingRoutes } from './routes/billing-routes.ts';
import { channelBatchRoutes } from './routes/channel-batch-routes.ts';
import { channelRoutes } from './routes/channel-routes.ts';
import { modelRoutes } from './routes/model-routes.ts';
import { groupRoutes, optionRoutes } from './routes/option-routes.ts';
import { notificationRoutes } from './routes/notification-routes.ts';
import { pricingRoutes } from './routes/pricing-routes.ts';
import { publicRoutes } from './routes/public-routes.ts';
import { redemptionRoutes } from './routes/redemption-routes.ts';
import { refundRoutes } from './routes/refund-routes.ts';
import { requestLogRoutes } from './routes/request-log-routes.ts';
import { setupRoutes } from './routes/setup-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { signInRoutes } from './routes/sign-in-routes.ts';
import { usageDataRoutes } from './routes/usage-data-routes.ts';
import { userRoutes } from './routes/user-routes.ts';

const resources: readonly Readonly<Record<string, Route>>[] = [
  publicRoutes,
  setupRoutes,
  sessionRoutes,
  signInRoutes,
  accountRoutes,
  userRoutes,
  apiTokenRoutes,
  redemptionRoutes,
  refundRoutes,
  channelRoutes,
  channelBatchRoutes,
  requestLogRoutes,
  usageDataRoutes,
  optionRoutes,
  groupRoutes,
  modelRoutes,
  pricingRoutes,
  billingRoutes,
  auditRoutes,
  notificationRoutes,
];

/** Every route that is declared. A new resource needs its line above. */
export const managementRoutes: readonly Route[] = resources.flatMap((routes) =>
  Object.values(routes),
);
