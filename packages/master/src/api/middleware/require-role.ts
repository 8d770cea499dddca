import { managementErrors, roles } from '@turnpike/core';
import type { RequestHandler } from 'express';
import { callerOf } from '../caller-of.ts';

/** Lets callers in whose role is at least this one. */
export function requireRole(role: 'common' | 'admin' | 'root'): RequestHandler {
  return (request, _response, next) => {
    if (callerOf(request).user.role < roles[role]) throw managementErrors.roleTooLow();
    next();
  };
}
