import type { RequestHandler } from 'express';

/** Sends clients to the same path of another address; methods with a body keep both. */
export function redirectTo(baseUrl: string): RequestHandler {
  return (request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    response
      .status(isRead ? 301 : 308)
      .set('cache-control', 'no-store')
      .location(baseUrl + request.originalUrl)
      .end();
  };
}
