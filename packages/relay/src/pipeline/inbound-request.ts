import type { IncomingMessage } from 'node:http';
import { probeJson, readJsonRequest, type BodyFacts, type JsonProbe } from '@turnpike/adaptors';
import type { Operation, RequestFacts } from '@turnpike/core';
import { readBody } from '../http/read-body.ts';
import { receiveUpload, type Upload } from '../http/receive-upload.ts';
import { searchOf, type RelayRoute } from '../http/relay-routes.ts';
import type { RelaySettings } from '../relay-deps.ts';

/** A request as it came, and the little that is read of it. The body is kept for every attempt. */
export interface InboundRequest extends BodyFacts {
  operation: Operation;
  /** Normalised to its `/v1/…` form. */
  path: string;
  /** The client's query with its `?`, or empty. */
  search: string;
  accept: string | undefined;
  /** Headers that mean something to an upstream of this family: name, value, … */
  forwardedHeaders: readonly string[];
  body: { kind: 'json'; probe: JsonProbe } | { kind: 'upload'; upload: Upload };
  /** Of the text to be spoken. */
  characters: number;
  /** What prices depend on besides counts. */
  priceFacts: RequestFacts;
  /** Removes what was stored of the body. Safe to repeat. */
  discard(): Promise<void>;
}

/** Request headers that go on to the upstream; everything else is between the client and us. */
const forwarded = ['openai-beta', 'idempotency-key', 'traceparent', 'tracestate'] as const;

/**
 * Reads and checks the body.
 *
 * @throws `invalid_json`, `invalid_request` with `param`, `request_too_large`
 */
export async function receiveRequest(
  { settings }: { settings: RelaySettings },
  route: RelayRoute & { kind: 'operation' },
  request: IncomingMessage,
): Promise<InboundRequest> {
  const common = {
    operation: route.operation,
    path: route.path,
    search: searchOf(request.url ?? ''),
    accept: request.headers.accept,
    forwardedHeaders: pickHeaders(request),
  };
  // Pictures may be edited by reference, in JSON.
  const isMultipart =
    request.headers['content-type']?.toLowerCase().startsWith('multipart/') ?? false;
  if (route.body === 'multipart' && (isMultipart || route.operation !== 'image-edit')) {
    const upload = await receiveUpload(request, route.operation, settings);
    const { facts } = upload;
    return {
      ...common,
      ...facts,
      body: { kind: 'upload', upload },
      characters: 0,
      priceFacts: priceFactsOf(facts),
      discard: () => upload.discard(),
    };
  }
  const probe = probeJson(await readBody(request, settings.maxJsonBodyBytes));
  const facts = readJsonRequest(route.operation, probe, route.pathModel);
  return {
    ...common,
    ...facts,
    body: { kind: 'json', probe },
    characters: route.operation === 'speech' ? countCharacters(probe) : 0,
    priceFacts: priceFactsOf(facts),
    discard: discardNothing,
  };
}

function countCharacters(probe: JsonProbe): number {
  const input = probe.scalar(probe.last('input'));
  return typeof input === 'string' ? Array.from(input).length : 0;
}

/** Pictures cost by what was asked for; the other operations by counts alone. */
function priceFactsOf({ size, quality }: BodyFacts): RequestFacts {
  return { size, quality };
}

function pickHeaders(request: IncomingMessage): string[] {
  const headers: string[] = [];
  for (const name of forwarded) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.push(name, value);
  }
  return headers;
}

const discardNothing = (): Promise<void> => Promise.resolve();
