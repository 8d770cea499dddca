import { publicRoutes } from '@turnpike/core/contract';
import type { MasterSettings } from '../master-deps.ts';
import type { CurrentOptions } from '../services/current-options.ts';
import { readStatus } from '../services/read-status.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

export interface StatusRouterDeps {
  currentOptions: CurrentOptions;
  settings: Pick<MasterSettings, 'version' | 'startTime'>;
}

/** What a console needs before anybody is logged in. For everyone. */
export function createStatusRouter({ currentOptions, settings }: StatusRouterDeps): BoundRoute[] {
  return [
    bindRoute(publicRoutes.status, async () => readStatus(await currentOptions.read(), settings)),
    bindRoute(publicRoutes.notice, async () => (await currentOptions.read()).Notice),
    bindRoute(publicRoutes.about, async () => (await currentOptions.read()).About),
    bindRoute(publicRoutes.homePage, async () => (await currentOptions.read()).HomePageContent),
  ];
}
