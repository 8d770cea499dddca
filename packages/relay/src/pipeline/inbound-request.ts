import type { IncomingMessage } from 'node:http';
import { probeJson, readJsonRequest, type BodyFacts, type JsonProbe } from '@turnpike/adaptors';
import type { Operation, RequestFacts } from '@turnpike/core';
import type { BodyPool } from '../http/body-pool.ts';
import { readBody } from '../http/read-body.ts';
import { receiveUpload, type Upload } from '../http/receive-upload.ts';
import { searchOf, type RelayRoute } from '../http/relay-routes.ts';
import type { RelaySettings } from '../relay-deps.ts';

/** A request as it came, and the little that is read of it. The body is kept for every attempt. */
export interface InboundRequest {
  operation: Operation;
  /** Normalised to its `/v1/…` form. */
  path: string;
  /** The client's query with its `?`, or empty. */
  search: string;
  accept: string | undefined;
  /** Headers that mean something to an upstream of this family: name, value, … */
  forwardedHeaders: readonly string[];
  facts: BodyFacts;
  body: InboundBody;
  /** Of the text to be spoken. */
  characters: number;
  /** What prices depend on besides counts. */
  priceFacts: RequestFacts;
}

export type InboundBody = { kind: 'json'; probe: JsonProbe } | { kind: 'upload'; upload: Upload };

/** Request headers that go on to the upstream; everything else is between the client and us. */
const forwarded = ['openai-beta', 'idempotency-key', 'traceparent', 'tracestate'] as const;
const nothing: readonly string[] = [];

/**
 * Reads and checks the body.
 *
 * @throws `invalid_json`, `invalid_request` with `param`, `request_too_large`
 */
export async function receiveRequest(
  { settings, bodyPool }: { settings: RelaySettings; bodyPool: BodyPool },
  route: RelayRoute & { kind: 'operation' },
  request: IncomingMessage,
): Promise<InboundRequest> {
  if (route.body === 'multipart' && (isForm(request) || route.operation !== 'image-edit')) {
    const upload = await receiveUpload(request, route.operation, settings);
    return toInbound(route, request, upload.facts, { kind: 'upload', upload });
  }
  // Pictures may be edited by reference, in JSON.
  const probe = probeJson(await readBody(request, settings.maxJsonBodyBytes, bodyPool));
  const facts = readJsonRequest(route.operation, probe, route.pathModel);
  return toInbound(route, request, facts, { kind: 'json', probe });
}

/** No attempt needs the body any more. Safe to repeat. */
export function discardBody(bodyPool: BodyPool, body: InboundBody): Promise<void> | undefined {
  if (body.kind === 'upload') return body.upload.discard();
  bodyPool.giveBack(body.probe.body);
  return undefined;
}

function isForm(request: IncomingMessage): boolean {
  return request.headers['content-type']?.toLowerCase().startsWith('multipart/') ?? false;
}

// Written out member by member: copying objects with spreads was a tenth of a request's CPU.
function toInbound(
  route: RelayRoute & { kind: 'operation' },
  request: IncomingMessage,
  facts: BodyFacts,
  body: InboundBody,
): InboundRequest {
  return {
    operation: route.operation,
    path: route.path,
    search: searchOf(request.url ?? ''),
    accept: request.headers.accept,
    forwardedHeaders: pickHeaders(request),
    facts,
    body,
    characters:
      route.operation === 'speech' && body.kind === 'json' ? countCharacters(body.probe) : 0,
    priceFacts: { size: facts.size, quality: facts.quality, isAnswered: true },
  };
}

function countCharacters(probe: JsonProbe): number {
  const input = probe.scalar(probe.last('input'));
  return typeof input === 'string' ? Array.from(input).length : 0;
}

function pickHeaders(request: IncomingMessage): readonly string[] {
  let headers: string[] | undefined;
  for (const name of forwarded) {
    const value = request.headers[name];
    if (typeof value === 'string') (headers ??= []).push(name, value);
  }
  return headers ?? nothing;
}
