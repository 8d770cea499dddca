import type { IncomingMessage } from 'node:http';
import { errors } from '@turnpike/core';
import { searchOf } from '../http/relay-routes.ts';
import { toBodilessRequest } from '../pipeline/bodiless-request.ts';
import type { InboundRequest } from '../pipeline/inbound-request.ts';

/** What is set aside for one response, before anybody knows how long it is. */
const EXPECTED = { inputTokens: 2000, outputTokens: 1024 };

/**
 * A session as the steps of the pipeline see it: like a stream without a body.
 *
 * @throws `invalid_request` where no model is named
 */
export function toRealtimeRequest(request: IncomingMessage): InboundRequest {
  const search = searchOf(request.url ?? '');
  const query = new URLSearchParams(search);
  const model = query.get('model') ?? query.get('deployment') ?? '';
  if (model === '')
    throw errors.invalidRequest({ param: 'model', reason: "'model' is required in the query." });
  return toBodilessRequest(request, 'realtime', '/v1/realtime', {
    model,
    isStream: true,
    wantsUsage: true,
    hasTextOutput: true,
    declaredOutput: undefined,
    estimate: { soft: EXPECTED, hard: EXPECTED },
  });
}

/** Browsers cannot set headers on sockets: their key comes as a subprotocol. */
export function moveKeyToHeader(request: IncomingMessage): void {
  if (request.headers.authorization !== undefined) return;
  const prefix = 'openai-insecure-api-key.';
  const offered = protocolsOf(request).find((protocol) => protocol.startsWith(prefix));
  if (offered !== undefined)
    request.headers.authorization = `Bearer ${offered.slice(prefix.length)}`;
}

/** Subprotocols that a client offers. */
export function protocolsOf({ headers }: IncomingMessage): readonly string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
}
