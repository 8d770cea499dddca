import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnswerSide } from '../pipeline/client-side.ts';
import type { Door } from './door.ts';

/** Headers that browsers may read from another origin. */
const EXPOSED =
  'x-request-id, request-id, x-oneapi-request-id, x-upstream-request-id, retry-after, retry-after-ms, x-should-retry, openai-processing-ms, x-gateway-losses, x-refresh-token, ' +
  ['limit', 'remaining', 'reset']
    .flatMap((what) => [
      `x-ratelimit-${what}-requests`,
      `x-ratelimit-${what}-tokens`,
      ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map(
        (unit) => `anthropic-ratelimit-${unit}-${what}`,
      ),
    ])
    .join(', ');

/**
 * The client's side of one request: identity headers, one answer, back-pressure, and the news that the client left.
 * One small object for each request.
 */
export class ClientConnection implements AnswerSide {
  readonly request: IncomingMessage;
  readonly requestId: string;
  /** Whose client this is: it decides the shape of errors. */
  readonly door: Door;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** Unix milliseconds of the first byte of an answer; 0: none yet. */
  firstByteAt = 0;
  /** Further headers of whatever is answered: name, value, name, value … */
  extraHeaders: readonly string[] = [];
  /** The answer is a stream of events, so that an error can be one of them. */
  isEventStream = false;
  /** Only the head was sent, while no upstream had answered: what comes first is still open. */
  isOpenedEarly = false;
  readonly #response: ServerResponse;
  #isGone = false;
  #onGone: (() => void) | undefined;
  #onDrain: (() => void) | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    now: number,
    door: Door,
  ) {
    this.request = request;
    this.requestId = requestId;
    this.door = door;
    this.startedAt = now;
    this.#response = response;
    response.on('close', this.#handleClose);
  }

  /** The client closed the connection before it had the whole answer. */
  get isGone(): boolean {
    return this.#isGone;
  }

  get hasBegun(): boolean {
    return this.firstByteAt !== 0;
  }

  /** One listener at a time; called at once where the client is gone already. */
  set onGone(listener: (() => void) | undefined) {
    this.#onGone = listener;
    if (this.#isGone) listener?.();
  }

  /** Sends a whole answer. `headers`: name, value, name, value …; the list is added to. */
  sendBody(status: number, headers: string[], body: Buffer): void {
    if (this.#isGone) return;
    if (this.isOpenedEarly) {
      this.#tellLate(headers);
      this.#response.end(body);
      return;
    }
    headers.push('content-length', String(body.length));
    this.#begin(status, headers);
    this.#response.end(body);
  }

  /** Starts an answer of unknown length; parts follow by {@link write}, the last one by {@link end}. */
  beginStream(status: number, headers: string[], isEventStream: boolean): void {
    this.isEventStream = isEventStream;
    if (this.#isGone) return;
    if (this.isOpenedEarly) {
      this.isOpenedEarly = false;
      this.firstByteAt = Date.now();
      this.#tellLate(headers);
      return;
    }
    this.#begin(status, headers);
    this.#response.socket?.setNoDelay(true);
  }

  /** Sends the head of a stream of events before it is known whose answer it will be. */
  openEarly(headers: string[]): void {
    this.beginStream(200, headers, true);
    this.#response.flushHeaders();
    this.isOpenedEarly = true;
  }

  /** Resolves to whether the client keeps up; if not, `onDrain` is called once when it does. */
  write(chunk: Buffer, onDrain: () => void): boolean {
    if (this.#isGone) return true;
    if (this.#response.write(chunk)) return true;
    if (this.#onDrain === undefined) this.#response.once('drain', this.#handleDrain);
    this.#onDrain = onDrain;
    return false;
  }

  end(last?: Buffer): void {
    if (this.#isGone) return;
    if (last === undefined) this.#response.end();
    else this.#response.end(last);
  }

  /** Breaks an answer that can not be ended well, so that no client takes it for complete. */
  destroy(): void {
    this.#response.destroy();
  }

  /**
   * The head is gone: whoever asked what was lost is told by a comment of the stream, together with whose answer it is.
   * Nobody else is: comments are what some clients stumble over.
   */
  #tellLate(headers: readonly string[]): void {
    if (!headers.includes('x-gateway-losses')) return;
    for (const name of ['x-gateway-losses', 'x-upstream-request-id']) {
      const at = headers.indexOf(name);
      if (at !== -1) this.#response.write(`: ${name}: ${headers[at + 1] ?? ''}\n\n`);
    }
  }

  #begin(status: number, headers: string[]): void {
    this.firstByteAt = Date.now();
    const id = this.requestId;
    headers.push('x-request-id', id, 'request-id', id, 'X-Oneapi-Request-Id', id);
    if (this.extraHeaders.length > 0) headers.push(...this.extraHeaders);
    if (this.request.headers.origin !== undefined) {
      headers.push('access-control-allow-origin', '*', 'access-control-expose-headers', EXPOSED);
    }
    this.#response.writeHead(status, headers);
  }

  #handleClose = (): void => {
    if (this.#response.writableFinished) return;
    this.#isGone = true;
    this.#onGone?.();
    this.#handleDrain();
  };

  #handleDrain = (): void => {
    const onDrain = this.#onDrain;
    this.#onDrain = undefined;
    onDrain?.();
  };
}

/** @param mayBeAnotherServers whether OPTIONS may be meant for a server behind this one: then only what browsers send counts */
export function isPreflight(
  { method, headers }: IncomingMessage,
  mayBeAnotherServers: boolean,
): boolean {
  if (method !== 'OPTIONS') return false;
  return !mayBeAnotherServers || headers['access-control-request-method'] !== undefined;
}

/** Answers a CORS preflight: any origin may call with a key; cookies never count here. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(204, {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD',
    'access-control-allow-headers':
      request.headers['access-control-request-headers'] ?? 'authorization, content-type, x-api-key',
    'access-control-max-age': '86400',
    vary: 'Access-Control-Request-Headers',
  });
  response.end();
}
