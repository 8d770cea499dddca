import type { RequestHandler } from 'express';
import { refuseUnknownRoute } from '../refuse-unknown-route.ts';

/** Express answers HEAD by running the GET. Here some GETs change something, so only the health check may be asked so. */
export const refuseHead: RequestHandler = (request, response, next) => {
  if (request.method !== 'HEAD' || /^\/status\/?$/.test(request.path)) next();
  else refuseUnknownRoute(request, response, next);
};
