import { managementErrors, type GatewayError } from '@turnpike/core';
import express, { type RequestHandler } from 'express';
import { readForeignError } from '../read-foreign-error.ts';

declare module 'express-serve-static-core' {
  interface Request {
    /** Why the body could not be read; told to those who may send one. */
    bodyProblem?: GatewayError;
  }
}

const MAX_BODY = '4mb';

/**
 * Reads a body as JSON whatever its content type says. A bad one is no error yet: who is not allowed to send it is told
 * that first.
 */
export function createJsonBodyReader(): RequestHandler {
  const read: RequestHandler = express.json({ limit: MAX_BODY, type: () => true });
  return (request, response, next) => {
    if (request.method !== 'POST' && request.method !== 'PUT') {
      next();
      return;
    }
    read(request, response, (problem?: unknown) => {
      if (problem !== undefined) request.bodyProblem = toBodyError(problem);
      next();
    });
  };
}

/** The body parser tells its errors apart by their `type`. */
function toBodyError(problem: unknown): GatewayError {
  return readForeignError(problem).type === 'entity.too.large'
    ? managementErrors.bodyTooLarge({}, { cause: problem })
    : managementErrors.undecodableBody({}, { cause: problem });
}
