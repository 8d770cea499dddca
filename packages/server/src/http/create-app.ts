import express, { type Express } from 'express';
import type { Gateway } from '../compose/gateway.ts';
import { awaitManagement } from './await-management.ts';
import { compressAnswers } from './compress-answers.ts';
import { createHealthRouter, type HealthDeps } from './health.ts';
import { limitWeb } from './limit-web.ts';
import { redirectTo } from './redirect-to.ts';
import { answerUnknownPath } from './unknown-path.ts';

export interface AppDeps {
  gateway: Pick<Gateway, 'management' | 'rateLimiter'>;
  health: HealthDeps;
  /** Whether this node was given a database, and so has a management API sooner or later. */
  hasDatabase: boolean;
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
  app.use(awaitManagement(gateway, deps.hasDatabase));
  app.use(limitWeb(gateway.rateLimiter, deps.globalWebRateLimit));
  if (frontendBaseUrl !== undefined) app.use(redirectTo(frontendBaseUrl));
  app.use(answerUnknownPath(deps.hasDatabase));
  return app;
}
