import { managementRoutes } from '../contract/management-routes.ts';
import type { Route } from '../contract/route.ts';
import { describeOperation, sharedSchemas } from './describe-operation.ts';
import type { JsonSchema } from './to-json-schema.ts';

/**
 * The management API as an OpenAPI 3.1 document, made of the declarations that the router and the validation read.
 *
 * @param version what this gateway calls itself
 * @param routes other routes than all of them
 */
export function describeApi(
  version: string,
  routes: readonly Route[] = managementRoutes,
): JsonSchema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Turnpike management API',
      version,
      description:
        'Refusals have HTTP status 200 and `success: false`, as clients of One API expect, and a stable `code`. With ' +
        '`Accept: application/problem+json` they have their proper status and the form of RFC 9457.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: listPaths(routes),
    components: {
      schemas: sharedSchemas,
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'session' },
        accessToken: { type: 'http', scheme: 'bearer' },
        apiToken: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

function listPaths(routes: readonly Route[]): Record<string, JsonSchema> {
  const paths: Record<string, JsonSchema> = {};
  for (const route of routes) {
    const operations = (paths[toTemplate(route.path)] ??= {});
    operations[route.method] = describeOperation(route, false);
    if (route.alsoPost === true) operations['post'] = describeOperation(route, true);
  }
  return paths;
}

/** `/api/user/:id` → `/api/user/{id}` */
function toTemplate(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}
