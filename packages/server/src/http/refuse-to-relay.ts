import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodeError } from '@turnpike/adaptors';
import { errors } from '@turnpike/core';
import { createRequestId } from '@turnpike/relay';

/** The answer of a master that only administrates to a request for the relay. */
export function refuseToRelay(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const requestId = createRequestId();
  const error = errors.notReady({
    reason: 'This node does not relay (RELAY_ENABLED=false). Send requests to the relay nodes.',
  });
  const { status, headers, body } = encodeError(error, { requestId, isChinese: false });
  for (const name of ['x-request-id', 'request-id', 'X-Oneapi-Request-Id'])
    headers.push(name, requestId);
  response.writeHead(status, headers);
  response.end(body);
}
