import {
  errors,
  isGatewayError,
  managementErrors,
  type GatewayError,
  type Logger,
} from '@turnpike/core';
import type { Problem } from '@turnpike/core/contract';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { readForeignError } from './read-foreign-error.ts';

/** Statuses that go out as they are; all other refusals are 200, as clients of this API have always got them. */
const PLAIN_STATUSES: ReadonlySet<string> = new Set([
  'not_logged_in',
  'too_many_requests',
  'too_many_attempts',
  'state_refused',
  'too_many_exports',
  'stale_version',
  'cross_site_request',
  'request_too_large',
]);

export interface ErrorHandlerDeps {
  logger: Logger;
  /** Whether a failure of the database will pass by itself, or when an operator does something about it. */
  isOutage(error: unknown): boolean;
}

/** Every error of the API, in the envelope. What is not in a catalogue is our bug: logged whole, told to nobody. */
export function createErrorHandler(deps: ErrorHandlerDeps): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const error = toGatewayError(deps, thrown, request, response);
    sendError(request, response, error);
  };
}

/** The same for clients of `/v1`: in OpenAI's form, with proper statuses. */
export function createBillingErrorHandler(deps: ErrorHandlerDeps): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const error = toGatewayError(deps, thrown, request, response);
    const { status, type, code, messageZh, details } = error;
    noteRetry(response, error);
    const message = isChinese(request) ? messageZh : error.message;
    response.status(status).json({
      error: { message, type, param: details.param ?? null, code },
    });
  };
}

function noteRetry(response: Response, { details: { retryAfterMs } }: GatewayError): void {
  if (retryAfterMs !== undefined)
    response.set('Retry-After', String(Math.ceil(retryAfterMs / 1000)));
}

function sendError(request: Request, response: Response, error: GatewayError): void {
  const { param } = error.details;
  noteRetry(response, error);
  const message = isChinese(request) ? error.messageZh : error.message;
  const named = { code: error.code, ...(param !== undefined && { param }) };
  response.vary('Accept');
  if (acceptsProblems(request)) {
    const problem: Problem = {
      type: `/api/docs#${error.code}`,
      title: toTitle(error.code),
      status: error.status,
      detail: message,
      instance: `urn:request:${requestIdOf(response)}`,
      ...named,
    };
    response.status(error.status).type('application/problem+json').send(JSON.stringify(problem));
    return;
  }
  // A route may have chosen the status already.
  if (response.statusCode === 200) response.status(toStatus(error));
  response.json({ success: false, message, ...named });
}

/** Only those who name it: a client that takes everything is an old one. */
function acceptsProblems(request: Request): boolean {
  return request.accepts().includes('application/problem+json');
}

function toTitle(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** After which clients of a database that is away may try again. */
const RETRY_AFTER_MS = 1000;

/** Refusals that have nothing to do with our own health: load balancers must not take them for an illness. */
const MILD: ReadonlySet<string> = new Set([
  'mail_not_configured',
  'provider_unreachable',
  'model_list_failed',
]);

function toStatus({ code, status }: GatewayError): number {
  if (MILD.has(code)) return 200;
  return status >= 500 || PLAIN_STATUSES.has(code) ? status : 200;
}

function toGatewayError(
  { logger, isOutage }: ErrorHandlerDeps,
  thrown: unknown,
  request: Request,
  response: Response,
): GatewayError {
  if (isGatewayError(thrown)) return thrown;
  const requestId = requestIdOf(response);
  const fields = { err: thrown, method: request.method, path: request.path, requestId };
  if (isOutage(thrown)) {
    logger.error(fields, 'management request refused: the database cannot be used');
    return errors.notReady({ retryAfterMs: RETRY_AFTER_MS }, { cause: thrown });
  }
  const { status } = readForeignError(thrown); // Express refuses paths that are not well-formed
  if (status >= 400 && status < 500)
    return managementErrors.invalidParameter(
      { reason: 'the path is not well-formed', reasonZh: '路径格式不正确' },
      { cause: thrown },
    );
  logger.error(fields, 'management request failed');
  return managementErrors.internalError({ requestId }, { cause: thrown });
}

function requestIdOf(response: Response): string {
  return String(response.getHeader('x-request-id') ?? '');
}

function isChinese(request: Request): boolean {
  return /^zh/i.test(request.get('accept-language') ?? '');
}
