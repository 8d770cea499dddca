import { setupRoutes } from '@turnpike/core/contract';
import type { SetupService } from '../services/setup-service.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/setup`: the first steps of a new installation. For everyone, until they are done. */
export function createSetupRouter({ setup }: { setup: SetupService }): BoundRoute[] {
  return [
    bindRoute(setupRoutes.read, () => setup.read()),
    bindRoute(setupRoutes.finish, ({ body, request }) => setup.finish(body, request.ip ?? '')),
  ];
}
