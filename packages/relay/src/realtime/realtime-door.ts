import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { classifyFailure, encodeError, toClientError, type FailureClass } from '@turnpike/adaptors';
import { errors, isGatewayError, type GatewayError } from '@turnpike/core';
import { WebSocket, WebSocketServer } from 'ws';
import { pathOf } from '../http/relay-routes.ts';
import { prefersChinese } from '../http/request-headers.ts';
import { authenticate } from '../pipeline/authenticate.ts';
import { findAddress } from '../pipeline/find-address.ts';
import { letIn, type LetIn } from '../pipeline/let-in.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { createRequestId } from '../request-id.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { RoutePrice } from '../snapshot/relay-snapshot.ts';
import { RealtimeBill } from './realtime-bill.ts';
import { moveKeyToHeader, protocolsOf, toRealtimeRequest } from './realtime-request.ts';
import { RealtimeSession } from './realtime-session.ts';

const MAX_FRAME_BYTES = 16 * 1024 * 1024;
const paths: ReadonlySet<string> = new Set(['/v1/realtime', '/openai/v1/realtime']);

/** Where clients open sockets: sessions of the Realtime API, relayed to an upstream that has it. */
export class RealtimeDoor {
  readonly #deps: RelayDeps;
  readonly #sessions = new Set<RealtimeSession>();
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    // The key that a browser sends as a protocol is never sent back.
    handleProtocols: (offered) => (offered.has('realtime') ? 'realtime' : false),
  });
  #isDraining = false;

  constructor(deps: RelayDeps) {
    this.#deps = deps;
  }

  /** Takes over a connection that wants to be a socket. Never throws. */
  async handle(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const requestId = createRequestId();
    socket.on('error', () => {
      socket.destroy();
    });
    let admitted: LetIn | undefined;
    try {
      if (!paths.has(pathOf(request.url ?? '')))
        throw errors.unknownUrl({ method: 'GET', path: pathOf(request.url ?? '') });
      if (this.#isDraining) throw errors.notReady({ retryAfterMs: 1000 });
      moveKeyToHeader(request);
      admitted = await this.#admit(request, requestId);
      const { upstream, channel, routePrice } = await this.#connect(request, admitted);
      this.#server.handleUpgrade(request, socket, head, (client) => {
        this.#open(client, upstream, { ...(admitted as LetIn), channel, routePrice, request });
      });
    } catch (error) {
      if (admitted !== undefined) await this.#deps.ledger.release(requestId);
      this.#refuse(request, socket, requestId, this.#known(error));
    }
  }

  /** No new sessions; those that are open end with the response under way, all of them after `graceMs`. */
  drain(graceMs: number): void {
    this.#isDraining = true;
    for (const session of this.#sessions) session.drain();
    setTimeout(() => {
      for (const session of this.#sessions) session.cut();
    }, graceMs).unref();
  }

  async #admit(request: IncomingMessage, requestId: string): Promise<LetIn> {
    const snapshot = this.#deps.config.current();
    if (snapshot === undefined) throw errors.notReady({ retryAfterMs: 1000 });
    const caller = await authenticate(this.#deps, request);
    const inbound = toRealtimeRequest(request);
    return letIn(this.#deps, snapshot, caller, request, requestId, inbound);
  }

  /** The first channel whose upstream takes the session. */
  async #connect(
    request: IncomingMessage,
    { plan }: LetIn,
  ): Promise<{ upstream: WebSocket; channel: RelayChannel; routePrice: RoutePrice }> {
    const failures: FailureClass[] = [];
    let attempts = 0;
    const maxAttempts = plan.isPinned ? 1 : 1 + Math.max(0, plan.snapshot.options.RetryTimes);
    for (;;) {
      const channel = plan.next();
      if (channel === undefined || attempts >= maxAttempts)
        throw toClientError(plan.model, failures);
      const routePrice = plan.priceThrough(channel);
      const url = routePrice && this.#addressOf(channel, routePrice.upstreamModel);
      if (routePrice === undefined || url === undefined) continue;
      attempts += 1;
      const upstream = await this.#dial(request, channel, url);
      if (upstream instanceof WebSocket) return { upstream, channel, routePrice };
      failures.push(upstream);
    }
  }

  #addressOf(channel: RelayChannel, model: string): string | undefined {
    const search = `?model=${encodeURIComponent(model)}`;
    const path = '/v1/realtime';
    const url = findAddress(channel, { operation: 'realtime', model, path, search });
    return url?.replace(/^http/, 'ws');
  }

  #dial(
    request: IncomingMessage,
    channel: RelayChannel,
    url: string,
  ): Promise<WebSocket | FailureClass> {
    const headers: Record<string, string> = {};
    const own = channel.upstreamHeaders(channel.provider?.dialect ?? { streamUsage: 'never' });
    for (let at = 0; at + 1 < own.length; at += 2)
      headers[own[at] as string] = own[at + 1] as string;
    const beta = request.headers['openai-beta'];
    if (typeof beta === 'string') headers['openai-beta'] = beta;
    else if (protocolsOf(request).includes('openai-beta.realtime-v1'))
      headers['openai-beta'] = 'realtime=v1';
    const confidential = { secret: channel.key(), baseUrl: channel.baseUrl };
    return new Promise((resolve) => {
      const upstream = new WebSocket(url, {
        headers,
        maxPayload: MAX_FRAME_BYTES,
        perMessageDeflate: false,
        handshakeTimeout: this.#deps.timeouts.stream.headTimeoutMs || 30_000,
      });
      upstream.once('open', () => {
        // Nothing is lost between here and the client's side: frames wait.
        upstream.pause();
        resolve(upstream);
      });
      upstream.once('unexpected-response', (_request, response) => {
        const status = response.statusCode ?? 502;
        response.resume();
        upstream.terminate();
        const error = {
          status,
          message: `The upstream refused the session (${String(status)}).`,
          type: 'upstream_error',
          code: '',
          param: null,
          isUnreadable: true,
        };
        resolve(classifyFailure({ kind: 'refused', error }, confidential));
      });
      upstream.once('error', () => {
        resolve(classifyFailure({ kind: 'transport', transport: 'unreachable' }, confidential));
      });
    });
  }

  #open(
    client: WebSocket,
    upstream: WebSocket,
    parts: LetIn & { channel: RelayChannel; routePrice: RoutePrice; request: IncomingMessage },
  ): void {
    const { caller, plan, admission, channel, routePrice, request } = parts;
    const inbound = toRealtimeRequest(request);
    const bill = new RealtimeBill(
      { deps: this.#deps, caller, plan, channel, routePrice, inbound },
      admission,
    );
    const session: RealtimeSession = new RealtimeSession(client, upstream, bill, () => {
      this.#sessions.delete(session);
      bill.end().catch((error: unknown) => {
        this.#deps.logger.error({ err: error }, 'the end of a realtime session was not billed');
      });
    });
    this.#sessions.add(session);
    upstream.resume();
    if (this.#isDraining) session.drain();
  }

  #known(error: unknown): GatewayError {
    if (isGatewayError(error)) return error;
    this.#deps.logger.error({ err: error }, 'a realtime session failed by a bug');
    return errors.internalError({}, { cause: error });
  }

  /** An ordinary answer instead of a socket. */
  #refuse(request: IncomingMessage, socket: Duplex, requestId: string, error: GatewayError): void {
    const isChinese = prefersChinese(request.headers);
    const { status, headers, body } = encodeError(error, { requestId, isChinese });
    const lines = [`HTTP/1.1 ${String(status)} Refused`, 'connection: close'];
    const all = [...headers, 'x-request-id', requestId, 'content-length', String(body.length)];
    for (let at = 0; at + 1 < all.length; at += 2)
      lines.push(`${all[at] as string}: ${all[at + 1] as string}`);
    socket.end(`${lines.join('\r\n')}\r\n\r\n${body.toString('utf8')}`);
    this.#deps.metrics.requestFinished('realtime', status, 0, 0);
  }
}
