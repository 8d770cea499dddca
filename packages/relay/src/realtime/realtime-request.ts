import type { IncomingMessage } from 'node:http';
import { probeJson, type BodyFacts } from '@turnpike/adaptors';
import { errors } from '@turnpike/core';
import { searchOf } from '../http/relay-routes.ts';
import type { InboundRequest } from '../pipeline/inbound-request.ts';

/** What is set aside for one response, before anybody knows how long it is. */
const EXPECTED = { inputTokens: 2000, outputTokens: 1024 };
const nothing = probeJson(Buffer.from('{}'));

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
  const facts: BodyFacts = {
    model,
    isModelImplied: false,
    isStream: true,
    wantsUsage: true,
    hasTextOutput: true,
    declaredOutput: undefined,
    choices: 1,
    serviceTier: undefined,
    affinityKey: undefined,
    size: '',
    quality: '',
    duplicatedKeys: [],
    estimate: { soft: EXPECTED, hard: EXPECTED },
  };
  return {
    door: 'openai',
    operation: 'realtime',
    family: undefined,
    headers: request.headers,
    pathModel: undefined,
    path: '/v1/realtime',
    search,
    accept: undefined,
    forwardedHeaders: [],
    facts,
    body: { kind: 'json', probe: nothing },
    characters: 0,
    priceFacts: {},
    hasCapsule: false,
    history: undefined,
    fetchedMedia: undefined,
    conversation: undefined,
  };
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
