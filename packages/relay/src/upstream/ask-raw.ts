import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { errors, isGatewayError } from '@turnpike/core';
import type { Dispatcher } from 'undici';
import type { UpstreamTimeouts } from './send.ts';

/** A request of any method, whose answer is nobody's business here. */
export interface RawRequest {
  origin: string;
  path: string;
  method: string;
  /** Name, value, … */
  headers: string[];
  body: Readable | null;
  signal: AbortSignal;
}

/** An answer as it comes. Its body must be read, or destroyed. */
export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: AsyncIterable<Buffer>;
}

/**
 * Asks without reading anything of it: no retry, no redirect followed, nothing decoded. For traffic off the hot path.
 *
 * @throws `upstream_unreachable`, `upstream_timeout`; what the request's own body throws
 */
export async function askRaw(
  pool: Dispatcher,
  { method, ...request }: RawRequest,
  { headTimeoutMs, idleTimeoutMs }: UpstreamTimeouts,
): Promise<RawAnswer> {
  try {
    const { statusCode, headers, body } = await pool.request({
      ...request,
      method: method,
      headersTimeout: headTimeoutMs,
      bodyTimeout: idleTimeoutMs,
    });
    return { status: statusCode, headers, body };
  } catch (error) {
    if (isGatewayError(error)) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    const isTimeout = code.endsWith('_TIMEOUT') || code === 'ETIMEDOUT';
    const make = isTimeout ? errors.upstreamTimeout : errors.upstreamUnreachable;
    throw make({}, { cause: error });
  }
}
