import type { RequestHandler } from 'express';

/**
 * The last handler: nothing is here. A JSON answer, because a page would only confuse API clients.
 *
 * @param hasDatabase whether this node has the management API; a slave without a database has not
 */
export function answerUnknownPath(hasDatabase: boolean): RequestHandler {
  const places = hasDatabase
    ? 'The relay is under /v1, the management API under /api.'
    : 'This node only relays, under /v1. The management API is on the masters: ask one of them, or set FRONTEND_BASE_URL here to redirect to it.';
  return (request, response) => {
    if (request.path === '/' && (request.method === 'GET' || request.method === 'HEAD')) {
      response.json({
        name: 'Turnpike',
        relay: 'POST /v1/chat/completions',
        ...(hasDatabase && { management: 'GET /api/status' }),
        health: 'GET /healthz',
      });
      return;
    }
    const message = `Unknown URL: ${request.method} ${request.path}. ${places}`;
    response
      .status(404)
      .set('cache-control', 'no-store')
      .json({
        error: { message, type: 'invalid_request_error', param: null, code: 'unknown_url' },
      });
  };
}
