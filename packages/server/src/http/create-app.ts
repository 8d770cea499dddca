import express, { type Express, type RequestHandler } from 'express';
import type { Gateway } from '../compose/gateway.ts';
import { compressAnswers } from './compress-answers.ts';
import { createHealthRouter, type HealthDeps } from './health.ts';
import { limitWeb } from './limit-web.ts';
import { redirectTo } from './redirect-to.ts';
import { answerUnknownPath } from './unknown-path.ts';

export interface AppDeps {
  gateway: Pick<Gateway, 'management' | 'rateLimiter'>;
  health: HealthDeps;
  /** Where a slave sends everything that it does not answer itself. */
  frontendBaseUrl: string | undefined;
  /** Whose `X-Forwarded-For` counts. */
  trustedProxies: readonly string[];
  /** Requests for pages and unknown paths, for each address in 180 s; 0: no limit. */
  globalWebRateLimit: number;
}

/** Everything that is not relayed: health, the management API, and what there is to say about other paths. */
export function createApp(deps: AppDeps): Express {
  const { gateway, health, frontendBaseUrl } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', [...deps.trustedProxies]);
  app.use(createHealthRouter(health));
  app.use(compressAnswers());
  app.use(managementApi(gateway));
  app.use(limitWeb(gateway.rateLimiter, deps.globalWebRateLimit));
  if (frontendBaseUrl !== undefined) app.use(redirectTo(frontendBaseUrl));
  app.use(answerUnknownPath);
  return app;
}

/** The management API appears when its database does. */
function managementApi(gateway: Pick<Gateway, 'management'>): RequestHandler {
  return (request, response, next) => {
    const management = gateway.management();
    if (management === undefined) next();
    else management.master.router(request, response, next);
  };
}
