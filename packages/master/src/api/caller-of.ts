import { managementErrors, type GatewayError } from '@turnpike/core';
import type { Request } from 'express';
import type { Caller } from '../services/caller.ts';

/** How the request proved who sends it, or why it could not. */
export type Authentication = { caller: Caller } | { refusal: GatewayError };

declare module 'express-serve-static-core' {
  interface Request {
    authentication?: Authentication;
  }
}

/** @throws the refusal of the authentication, `not_logged_in` where there was none */
export function callerOf({ authentication }: Request): Caller {
  if (authentication === undefined) throw managementErrors.notLoggedIn();
  if ('refusal' in authentication) throw authentication.refusal;
  return authentication.caller;
}
