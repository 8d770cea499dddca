import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createRequestId } from '@turnpike/relay';

/** Longer than the idle time-outs of common load balancers, so that they close first. */
const KEEP_ALIVE_MS = 75_000;
/** A client that takes longer to send its headers is not one. */
const HEADERS_TIMEOUT_MS = 20_000;
/** A whole request, its body included, must have arrived by then. */
const REQUEST_TIMEOUT_MS = 300_000;
const MAX_HEADER_BYTES = 64 * 1024;

export interface HttpDoors {
  isRelayUrl(url: string): boolean;
  relay(request: IncomingMessage, response: ServerResponse): void;
  /** A connection that wants to be a socket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Everything else: management API, health, console. */
  app(request: IncomingMessage, response: ServerResponse): void;
}

/** The one HTTP server: relay paths go straight to the relay, everything else to the Express app. */
export function createHttpServer(doors: HttpDoors): Server {
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node would refuse without a word; here it is said what is wrong.
      requireHostHeader: false,
      noDelay: true,
    },
    (request, response) => {
      if (request.headers.host === undefined && request.httpVersion === '1.1') {
        refuseOnSocket(request.socket, noHost);
        return;
      }
      takeOriginOff(request);
      if (doors.isRelayUrl(request.url ?? '')) doors.relay(request, response);
      else doors.app(request, response);
    },
  );
  server.on('upgrade', (request, socket, head) => {
    doors.upgrade(request, socket, head);
  });
  server.on('clientError', answerBadRequest);
  return server;
}

/** A client that takes this server for its proxy names it whole: `GET http://gateway/v1/models`. */
function takeOriginOff(request: IncomingMessage): void {
  const { url = '' } = request;
  if (url.startsWith('/')) return;
  const path = /^https?:\/\/[^/?#]*(.*)$/is.exec(url)?.[1];
  if (path !== undefined) request.url = path.startsWith('/') ? path : `/${path}`;
}

/** A client that does not read its refusal is not waited for, at a stop neither. */
const REFUSAL_LINGER_MS = 500;

/** What the parser refuses never becomes a request: answer it in JSON here, and close. */
function answerBadRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.destroyed || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  refuseOnSocket(socket, describeParserError(error.code));
}

type Refusal = readonly [status: number, text: string, message: string];

const noHost: Refusal = [400, 'Bad Request', "The header 'Host' is missing. HTTP/1.1 requires it."];

function refuseOnSocket(socket: Socket, [status, text, message]: Refusal): void {
  const id = createRequestId();
  const body = JSON.stringify({
    error: {
      message: `${message} (request id: ${id})`,
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_request',
    },
  });
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `x-request-id: ${id}\r\nrequest-id: ${id}\r\nX-Oneapi-Request-Id: ${id}\r\n` +
      `x-should-retry: false\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  setTimeout(() => {
    socket.destroy();
  }, REFUSAL_LINGER_MS).unref();
}

function describeParserError(code: string | undefined): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return [
        431,
        'Request Header Fields Too Large',
        'The request headers are too large. Send fewer or shorter headers.',
      ];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [
        408,
        'Request Timeout',
        'The request took too long to arrive. Send it again, faster.',
      ];
    default:
      return [400, 'Bad Request', 'This is not a valid HTTP request.'];
  }
}
