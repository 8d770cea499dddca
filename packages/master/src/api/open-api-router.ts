import { describeApi } from '@turnpike/core';
import { publicRoutes } from '@turnpike/core/contract';
import type { MasterSettings } from '../master-deps.ts';
import { renderDocsPage } from './docs-page.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** This API, for programs and for people. For everyone: it tells what exists, not what is stored. */
export function createOpenApiRouter({
  settings: { version },
}: {
  settings: Pick<MasterSettings, 'version'>;
}): BoundRoute[] {
  let document: Record<string, unknown> | undefined;
  let page: string | undefined;
  return [
    bindRoute(publicRoutes.openApi, () => (document ??= describeApi(version))),
    bindRoute(publicRoutes.docs, ({ response }) => {
      response
        .type('html')
        .set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
        .send((page ??= renderDocsPage(version)));
    }),
  ];
}
