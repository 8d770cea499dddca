import { describeApi } from '@turnpike/core';
import { publicRoutes } from '@turnpike/core/contract';
import type { MasterSettings } from '../master-deps.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/openapi.json`: this API, for programs. For everyone: it tells what exists, not what is stored. */
export function createOpenApiRouter({
  settings,
}: {
  settings: Pick<MasterSettings, 'version'>;
}): BoundRoute[] {
  let document: Record<string, unknown> | undefined;
  return [bindRoute(publicRoutes.openApi, () => (document ??= describeApi(settings.version)))];
}
