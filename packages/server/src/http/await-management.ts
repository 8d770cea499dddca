import type { RequestHandler } from 'express';
import type { Gateway } from '../compose/gateway.ts';

/** Where the management API and the billing routes are, whatever else is in front of them. */
const MANAGED_PATH = /^\/(?:api|(?:v1\/)?dashboard\/billing)(?:\/|$)/i;

const RETRY_AFTER_S = 5;

/**
 * The management API, which appears when its database does. Until then its paths are answered 503: they are there, and
 * a client that took them for unknown would not come back.
 *
 * @param hasDatabase whether this node was given a database at all
 */
export function awaitManagement(
  gateway: Pick<Gateway, 'management'>,
  hasDatabase: boolean,
): RequestHandler {
  return (request, response, next) => {
    const management = gateway.management();
    if (management !== undefined) {
      management.master.router(request, response, next);
      return;
    }
    if (!hasDatabase || !MANAGED_PATH.test(request.path)) {
      next();
      return;
    }
    const message =
      'The database of the management API cannot be used yet: the log of this node says why. Try again in a moment.';
    response
      .status(503)
      .set({ 'cache-control': 'no-store', 'retry-after': String(RETRY_AFTER_S) })
      .json({
        ...{ success: false, message, code: 'not_ready' },
        error: { message, type: 'server_error', param: null, code: 'not_ready' },
      });
  };
}
