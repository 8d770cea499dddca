import type { Request, Response } from 'express';

/** The last handler: nothing is here. A JSON answer, because a page would only confuse API clients. */
export function answerUnknownPath(request: Request, response: Response): void {
  if (request.path === '/' && (request.method === 'GET' || request.method === 'HEAD')) {
    response.json({
      name: 'Turnpike',
      relay: 'POST /v1/chat/completions',
      management: 'GET /api/status',
      health: 'GET /healthz',
    });
    return;
  }
  const message = `Unknown URL: ${request.method} ${request.path}. The relay is under /v1, the management API under /api.`;
  response
    .status(404)
    .set('cache-control', 'no-store')
    .json({ error: { message, type: 'invalid_request_error', param: null, code: 'unknown_url' } });
}
