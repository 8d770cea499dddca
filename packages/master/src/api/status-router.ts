import { errors, type OptionRepository } from '@turnpike/core';
import { publicRoutes } from '@turnpike/core/contract';
import type { MasterSettings } from '../master-deps.ts';
import type { CurrentOptions } from '../services/current-options.ts';
import { readStatus } from '../services/read-status.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

export interface StatusRouterDeps {
  optionRepository: Pick<OptionRepository, 'all'>;
  currentOptions: CurrentOptions;
  settings: Pick<MasterSettings, 'version' | 'startTime'>;
}

/** What a console needs before anybody is logged in. For everyone. */
export function createStatusRouter({
  currentOptions,
  optionRepository: options,
  settings,
}: StatusRouterDeps): BoundRoute[] {
  return [
    bindRoute(publicRoutes.status, async () => readStatus(await currentOptions.read(), settings)),
    bindRoute(publicRoutes.statusTest, async () => {
      await options.all().catch((cause: unknown) => {
        throw errors.notReady({ reason: 'The database does not answer.' }, { cause });
      });
    }),
    bindRoute(publicRoutes.notice, async () => (await currentOptions.read()).Notice),
    bindRoute(publicRoutes.about, async () => (await currentOptions.read()).About),
    bindRoute(publicRoutes.homePage, async () => (await currentOptions.read()).HomePageContent),
  ];
}
