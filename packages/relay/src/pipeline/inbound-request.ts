import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import {
  findClientCodec,
  probeJson,
  readJsonRequest,
  type BodyFacts,
  type JsonProbe,
  type PathFacts,
} from '@turnpike/adaptors';
import {
  conversationOperations,
  errors,
  familyOf,
  type Family,
  type Operation,
  type RequestFacts,
} from '@turnpike/core';
import type { Conversation } from '../conversation/conversation.ts';
import type { BodyPool } from '../http/body-pool.ts';
import { readBody } from '../http/read-body.ts';
import { receiveUpload, type Upload } from '../http/receive-upload.ts';
import type { Door } from '../http/door.ts';
import { searchOf } from '../http/relay-routes.ts';
import type { OperationRoute } from '../http/route.ts';
import type { RelaySettings } from '../relay-deps.ts';
import type { FetchedMedia } from '../upstream/fetch-media.ts';

/** A request as it came, and the little that is read of it. The body is kept for every attempt. */
export interface InboundRequest {
  door: Door;
  operation: Operation;
  /** Of a conversation; undefined for every other operation. */
  family: Family | undefined;
  /** As they came. */
  headers: IncomingHttpHeaders;
  /** The model, where the path names it. */
  pathModel: string | undefined;
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
  /** Whether the body carries opaque state of ours; undefined until somebody looked. */
  hasCapsule: boolean | undefined;
  /** What it goes on from, where that is stored here. */
  history: History | undefined;
  /** Files that were fetched for it, by address; undefined until one had to be. */
  fetchedMedia: Map<string, Promise<FetchedMedia | undefined>> | undefined;
  /** Decoded when an attempt needs a translation, and kept for the next. */
  conversation: Promise<Conversation> | undefined;
}

/** What a request of the Responses API goes on from. */
export interface History {
  /** The answer that it goes on from; undefined where it only names items of one. */
  previousId: string | undefined;
  /** JSON: the list of what is new, references resolved. */
  input: string;
  /** The account whose vendor keeps the conversation: there the request goes as it came. */
  keptBy: number | undefined;
  /** The same request with its whole conversation, for every other account. Made once. */
  expand(): Promise<InboundRequest>;
  /** No attempt needs it any more. */
  discard(): void;
}

export type InboundBody = { kind: 'json'; probe: JsonProbe } | { kind: 'upload'; upload: Upload };

/** Request headers that go on to an upstream of the door's kind; everything else is between the client and us. */
const forwarded: Readonly<Record<Door, readonly string[]>> = {
  openai: ['openai-beta', 'idempotency-key', 'traceparent', 'tracestate'],
  anthropic: ['anthropic-version', 'anthropic-beta', 'traceparent', 'tracestate'],
  // The shape of interactions goes by their revision.
  gemini: ['api-revision', 'traceparent', 'tracestate'],
};
const nothing: readonly string[] = [];

/**
 * Reads and checks the body.
 *
 * @throws `invalid_json`, `invalid_request` with `param`, `request_too_large`
 */
export async function receiveRequest(
  { settings, bodyPool }: { settings: RelaySettings; bodyPool: BodyPool },
  route: OperationRoute,
  request: IncomingMessage,
): Promise<InboundRequest> {
  if (route.body === 'multipart' && (isForm(request) || route.operation !== 'image-edit')) {
    const upload = await receiveUpload(request, route.operation, settings);
    return toInbound(route, request, upload.facts, { kind: 'upload', upload });
  }
  // Pictures may be edited by reference, in JSON.
  const probe = probeJson(await readBody(request, settings.maxJsonBodyBytes, bodyPool));
  const meant = route.operation === 'chat' && isMeantForResponses(probe) ? responsesRoute : route;
  return toInbound(meant, request, readFacts(meant, request, probe), { kind: 'json', probe });
}

/** Where some clients send Responses bodies although their base URL is for chat. */
const responsesRoute: OperationRoute = {
  kind: 'operation',
  door: 'openai',
  operation: 'responses',
  path: '/v1/responses',
  body: 'json',
};

function isMeantForResponses(probe: JsonProbe): boolean {
  return probe.last('messages') === undefined && probe.last('input') !== undefined;
}

/** The OpenAI doors share one reading; the other families have their own. */
function readFacts(route: OperationRoute, request: IncomingMessage, probe: JsonProbe): BodyFacts {
  if (route.door === 'openai') return readJsonRequest(route.operation, probe, route.pathModel);
  const family = route.door;
  const codec = findClientCodec(family);
  if (codec === undefined)
    throw errors.notImplemented({ route: `POST ${conversationOperations[family]}` });
  return codec.readRequest(probe, readPathFacts(route, request.headers, request.url ?? ''));
}

/** What a request says outside its body, for the codecs. */
function readPathFacts(
  route: Pick<OperationRoute, 'operation' | 'pathModel' | 'isStream'>,
  headers: IncomingHttpHeaders,
  url: string,
): PathFacts {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) plain[name] = typeof value === 'string' ? value : value.join(', ');
  return {
    operation: route.operation,
    ...(route.pathModel !== undefined && { model: route.pathModel }),
    ...(route.isStream !== undefined && { isStream: route.isStream }),
    search: searchOf(url),
    headers: plain,
  };
}

/** The same, from a request that was received. */
export function pathFactsOf(inbound: InboundRequest): PathFacts {
  const { operation, pathModel, facts, headers, search } = inbound;
  const route = {
    operation,
    ...(pathModel !== undefined && { pathModel, isStream: facts.isStream }),
  };
  return readPathFacts(route, headers, search);
}

/** No attempt needs the request any more. Safe to repeat. */
export function discardRequest(
  bodyPool: BodyPool,
  inbound: InboundRequest,
): Promise<void> | undefined {
  const { body } = inbound;
  closeConversation(inbound);
  if (body.kind === 'upload') return body.upload.discard();
  bodyPool.giveBack(body.probe.body);
  return undefined;
}

export function closeConversation({ conversation }: InboundRequest): void {
  conversation?.then(
    (opened) => {
      opened.close();
    },
    // Where it could not be opened somebody was told already.
    () => undefined,
  );
}

function isForm(request: IncomingMessage): boolean {
  return request.headers['content-type']?.toLowerCase().startsWith('multipart/') ?? false;
}

// Written out member by member: copying objects with spreads was a tenth of a request's CPU.
function toInbound(
  route: OperationRoute,
  request: IncomingMessage,
  facts: BodyFacts,
  body: InboundBody,
): InboundRequest {
  return {
    door: route.door,
    operation: route.operation,
    family: familyOf(route.operation),
    headers: request.headers,
    pathModel: route.pathModel,
    path: route.path,
    search: route.door === 'gemini' ? withoutKey(request.url ?? '') : searchOf(request.url ?? ''),
    accept: request.headers.accept,
    forwardedHeaders: pickHeaders(request, forwarded[route.door]),
    facts,
    body,
    characters:
      route.operation === 'speech' && body.kind === 'json' ? countCharacters(body.probe) : 0,
    priceFacts: { size: facts.size, quality: facts.quality, isAnswered: true },
    hasCapsule: undefined,
    history: undefined,
    fetchedMedia: undefined,
    conversation: undefined,
  };
}

/** Google's clients may put their key into the query: it is ours, and no upstream's. */
function withoutKey(url: string): string {
  const query = new URLSearchParams(searchOf(url));
  query.delete('key');
  return query.size === 0 ? '' : `?${query.toString()}`;
}

function countCharacters(probe: JsonProbe): number {
  const input = probe.scalar(probe.last('input'));
  return typeof input === 'string' ? Array.from(input).length : 0;
}

function pickHeaders(request: IncomingMessage, names: readonly string[]): readonly string[] {
  let headers: string[] | undefined;
  for (const name of names) {
    const value = request.headers[name];
    if (typeof value === 'string') (headers ??= []).push(name, value);
  }
  return headers ?? nothing;
}
