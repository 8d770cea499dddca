import {
  answersInParts,
  dialectOf,
  findBridges,
  findClientCodec,
  findProviderCodec,
  type Dialect,
  type OperationBridge,
  withRestoration,
  type Provider,
} from '@turnpike/adaptors';
import {
  capsuleMark,
  conversationOperations,
  encodedCapsuleMark,
  type Family,
  type Loss,
  type OpaqueState,
} from '@turnpike/core';
import type { Conversation } from '../conversation/conversation.ts';
import { echoRequest } from '../responses/echo-request.ts';
import { createStateMemory } from '../state/remember-state.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import { BridgedAnswer } from './bridged-answer.ts';
import {
  beginRequest,
  ownHeaders,
  type EncodeDeps,
  type EncodedRequest,
  type EncodeInput,
} from './encoded-request.ts';
import { findAddress, findTranslationTarget } from './find-address.ts';
import { pathFactsOf, type InboundRequest } from './inbound-request.ts';
import { mergeHeaders } from './merge-headers.ts';
import { Translation } from './translation.ts';

/** How a request gets to a channel that does not offer what the client asks for. */
export type ForeignWay =
  | { kind: 'family'; family: Family; url: string }
  | { kind: 'bridge'; bridge: OperationBridge; url: string };

/** Undefined where no way leads to this channel. */
export function findForeignWay(
  channel: RelayChannel,
  inbound: InboundRequest,
  model: string,
): ForeignWay | undefined {
  if (inbound.body.kind !== 'json' || channel.provider === undefined) return undefined;
  if (inbound.family !== undefined) {
    const { isStream } = inbound.facts;
    const target = findTranslationTarget(channel, inbound.family, { model, isStream });
    return target === undefined ? undefined : { kind: 'family', ...target };
  }
  for (const bridge of findBridges(inbound.operation, channel.provider)) {
    const url = findAddress(channel, { operation: bridge.to, model });
    if (url !== undefined) return { kind: 'bridge', bridge, url };
  }
  return undefined;
}

/** Whether a conversation has to be taken apart although the channel speaks its protocol. */
export function mustTranslate(inbound: InboundRequest, dialect: Dialect, model: string): boolean {
  const { isStream } = inbound.facts;
  const { streaming, wire, messages } = dialect;
  if (wire?.isUsedFor(model) === true) return true;
  // A header has to become a member of the body.
  if (messages?.hasBetasInBody === true && inbound.headers['anthropic-beta'] !== undefined)
    return true;
  if (inbound.family === 'openai-chat' && answersInParts(model)) return true;
  if (streaming === 'only' ? !isStream : streaming === 'never' && isStream) return true;
  // Google's streams without `alt=sse` are one JSON array, which grows.
  if (inbound.door === 'gemini' && isStream && !/[?&]alt=sse(?:&|$)/.test(inbound.search))
    return true;
  return hasCapsule(inbound);
}

/** A capsule must never reach an upstream, nor what is known to be refused there. */
function hasCapsule(inbound: InboundRequest): boolean {
  if (inbound.body.kind !== 'json') return false;
  const { body } = inbound.body.probe;
  return (inbound.hasCapsule ??=
    includesMark(body, capsule) ||
    (inbound.family === 'gemini' && includesMark(body, encodedCapsule)) ||
    (inbound.family === 'anthropic' && includesMark(body, unsigned)));
}

/**
 * Something to look for in a large body. A native search for a few bytes that begin with a rare one runs at memory
 * speed; for a whole mark it takes fifty times as long, so that it is only made where its rare part was found.
 */
interface Mark {
  whole: Buffer;
  rare: Buffer;
}

const capsule: Mark = {
  whole: Buffer.from(capsuleMark),
  rare: Buffer.from(capsuleMark.slice(-6)), // begins with J
};
/** Only Gemini's field has the text of a capsule in base64. */
const encodedCapsule: Mark = {
  whole: Buffer.from(encodedCapsuleMark),
  rare: Buffer.from(encodedCapsuleMark.slice(6, 12)), // begins with V
};
/** Thoughts of another vendor's model: Anthropic refuses them without a signature. */
const unsigned: Mark = { whole: Buffer.from('"signature":""'), rare: Buffer.from(':""') };

function includesMark(body: Buffer, { whole, rare }: Mark): boolean {
  return body.includes(rare) && body.includes(whole);
}

/** Makes the request of another protocol out of the client's. */
export function translateRequest(
  deps: EncodeDeps,
  input: EncodeInput,
  way: ForeignWay,
): Promise<EncodedRequest> {
  return way.kind === 'family'
    ? translateConversation(deps, input, way)
    : Promise.resolve(translateOperation(deps, input, way));
}

async function translateConversation(
  deps: EncodeDeps,
  input: EncodeInput,
  { family, url }: Extract<ForeignWay, { kind: 'family' }>,
): Promise<EncodedRequest> {
  const { channel, inbound, upstreamModel: model, admission } = input;
  const from = inbound.family as Family;
  const conversation = await conversationOf(deps, inbound, from);
  const { provider, dialect } = targetOf(channel, conversationOperations[family]);
  const { userId } = admission.reservation;
  const scope = provider.stateScope?.(family, model) ?? defaultScope(family, channel);
  const remembered =
    conversation.bareCalls.length === 0
      ? noStates
      : await deps.stateStore.find(userId, conversation.bareCalls);
  const isUpstreamStream = isStreamFor(dialect, inbound.facts.isStream);
  const made = await conversation.encode(
    {
      family,
      channelType: provider.channelType,
      config: channel.config,
      model,
      outputClamp: admission.outputClamp,
      scope,
      systemPrompt: channel.systemPrompt,
      isStream: isUpstreamStream,
    },
    remembered,
  );
  const encoded = beginRequest(addressFor(input, family, url, isUpstreamStream), dialect);
  encoded.body = made.body;
  encoded.losses = made.losses;
  encoded.systemPromptReset =
    channel.systemPrompt !== '' && conversation.request.instructions.length > 0;
  const forwarded = from === family ? inbound.forwardedHeaders : traceHeaders(inbound);
  const named = [...forwarded, ...Object.entries(made.headers).flat()];
  addHeaders(deps, encoded, input, named, isUpstreamStream);
  const { capsules, stateStore, metrics } = deps;
  const report = (losses: readonly Loss[]): void => {
    for (const loss of losses) metrics.lossCounted(from, family, loss);
  };
  report(made.losses);
  encoded.translator = new Translation({
    client: requireCodec(findClientCodec(from)),
    upstream: withRestoration(requireCodec(findProviderCodec(provider, family)), made.restoration),
    dialect,
    isUpstreamStream,
    observe: from === family ? undefined : createStateMemory(stateStore, { userId, scope, model }),
    reportLosses: report,
    context: {
      request: echoRequest(deps.responseStore, inbound, {
        ...conversation.request,
        isStream: inbound.facts.isStream,
      }),
      path: pathFactsOf(inbound),
      requestId: input.requestId,
      model: inbound.facts.model,
      seal: (state) => capsules.seal({ ...state, scope: state.scope ?? scope, model }),
    },
  });
  return encoded;
}

const noStates: ReadonlyMap<string, readonly OpaqueState[]> = new Map();

/** Decoded once for all attempts. */
function conversationOf(
  deps: EncodeDeps,
  inbound: InboundRequest,
  family: Family,
): Promise<Conversation> {
  const { body } = inbound;
  if (body.kind !== 'json') throw new Error('a conversation is never an upload');
  return (inbound.conversation ??= deps.conversations.open(
    body.probe.body,
    family,
    pathFactsOf(inbound),
  ));
}

function isStreamFor({ streaming }: Dialect, isStream: boolean): boolean {
  if (streaming === 'only') return true;
  return streaming === 'never' ? false : isStream;
}

/** The address may depend on whether a stream is asked for, and that on the dialect. */
function addressFor(
  { channel, inbound, upstreamModel }: EncodeInput,
  family: Family,
  url: string,
  isStream: boolean,
): string {
  const isOwn = family === inbound.family;
  if (!isOwn && isStream === inbound.facts.isStream) return url;
  const operation = conversationOperations[family];
  return findAddress(channel, { operation, model: upstreamModel, isStream }) ?? url;
}

/** Opaque state of OpenAI's is bound to an account; that of the others to the vendor. */
function defaultScope(family: Family, { id }: RelayChannel): string {
  return family.startsWith('openai') ? `${family}:${id}` : family;
}

function translateOperation(
  deps: EncodeDeps,
  input: EncodeInput,
  { bridge, url }: Extract<ForeignWay, { kind: 'bridge' }>,
): EncodedRequest {
  const { channel, inbound, upstreamModel: model } = input;
  const { provider, dialect } = targetOf(channel, bridge.to);
  const { body } = inbound;
  if (body.kind !== 'json') throw new Error('bridges are for JSON');
  const json = JSON.parse(body.probe.body.toString('utf8')) as Record<string, unknown>;
  const scope = provider.id;
  const target = { model, dialect, config: channel.config, scope };
  const made = bridge.encodeRequest(json, target, pathFactsOf(inbound));
  const encoded = beginRequest(url, dialect);
  encoded.body = Buffer.from(JSON.stringify(made.body));
  encoded.losses = made.losses;
  const named = [...traceHeaders(inbound), ...Object.entries(made.headers).flat()];
  addHeaders(deps, encoded, input, named, false);
  for (const loss of made.losses) deps.metrics.lossCounted(inbound.operation, bridge.to, loss);
  encoded.translator = new BridgedAnswer(bridge, {
    body: json,
    model: inbound.facts.model,
    dialect,
    requestId: input.requestId,
  });
  return encoded;
}

function targetOf(
  channel: RelayChannel,
  operation: OperationBridge['to'],
): { provider: Provider; dialect: Dialect } {
  const { provider, config } = channel;
  if (provider === undefined) throw new Error('a way leads to a channel without a provider');
  return { provider, dialect: dialectOf(provider, { operation, config }) };
}

function addHeaders(
  { settings }: EncodeDeps,
  encoded: EncodedRequest,
  { channel, requestId }: EncodeInput,
  named: readonly string[],
  isStream: boolean,
): void {
  const { headers, dialect } = encoded;
  const accept = isStream ? 'text/event-stream' : 'application/json';
  headers.push('content-type', 'application/json', 'accept', accept);
  mergeHeaders(headers, ownHeaders(channel, dialect), named);
  if (settings.forwardRequestId) headers.push('x-turnpike-request-id', requestId);
}

/** Of the client's headers only these mean the same to every vendor. */
function traceHeaders({ headers }: InboundRequest): readonly string[] {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string') return [];
  return [
    'traceparent',
    traceparent,
    ...(typeof tracestate === 'string' ? ['tracestate', tracestate] : []),
  ];
}

function requireCodec<Codec>(codec: Codec | undefined): Codec {
  if (codec === undefined) throw new Error('a way leads through a family without a codec');
  return codec;
}
