import type { Logger } from '@turnpike/core';
import type { RequestHandler } from 'express';

export interface StampDeps {
  newRequestId: () => string;
  logger: Logger;
}

/** Gives every answer its id and its caching rule, and leaves one line in the log. */
export function createStamp({ newRequestId, logger }: StampDeps): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const given = response.getHeader('x-request-id'); // whoever mounted us may have made one
    const requestId = typeof given === 'string' ? given : newRequestId();
    for (const name of ['x-request-id', 'request-id', 'X-Oneapi-Request-Id'])
      response.setHeader(name, requestId);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    const { method, originalUrl } = request;
    response.once('finish', () => {
      const fields = { requestId, method, path: originalUrl.split('?', 1)[0] };
      const durationMs = Math.round(performance.now() - startedAt);
      logger.info(
        { ...fields, status: response.statusCode, durationMs },
        'management request answered',
      );
    });
    next();
  };
}
