import type { TokenRecord } from '@turnpike/core';
import type { RequestHandler } from 'express';
import type { MasterDeps } from '../../master-deps.ts';

declare module 'express-serve-static-core' {
  interface Request {
    /** The client's key, on routes that are called with one. */
    apiToken?: TokenRecord;
  }
}

/** Lets clients in by the key that they use for the relay, under the same rules. */
export function createApiTokenGuard({
  identifyClient,
}: Pick<MasterDeps, 'identifyClient'>): RequestHandler {
  return async (request, _response, next) => {
    request.apiToken = await identifyClient(request);
    next();
  };
}
