import {
  findClientCodec,
  findProviderCodec,
  withRestoration,
  type Dialect,
} from '@turnpike/adaptors';
import { conversationOperations, type Family, type Loss, type OpaqueState } from '@turnpike/core';
import type { Conversation, ConversationTarget } from '../conversation/conversation.ts';
import { identityFor } from '../policy/end-users.ts';
import { decidedOutput, outputClampOf } from '../policy/output-limit.ts';
import { echoRequest } from '../responses/echo-request.ts';
import { createStateMemory } from '../state/remember-state.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import {
  beginRequest,
  type EncodeDeps,
  type EncodedRequest,
  type EncodeInput,
} from './encoded-request.ts';
import { fetchLostMedia } from './fetch-lost-media.ts';
import { findAddress } from './find-address.ts';
import type { ForeignWay } from './foreign-way.ts';
import { pathFactsOf, type InboundRequest } from './inbound-request.ts';
import { translateOperation } from './translate-operation.ts';
import { addHeaders, targetOf, traceHeaders } from './translated-request.ts';
import { Translation } from './translation.ts';

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
  const identity =
    channel.policy && identityFor(deps, input, channel.policy, conversation.request.identity);
  const target: ConversationTarget = {
    family,
    channelType: provider.channelType,
    config: channel.config,
    model,
    outputClamp: outputClampOf(input),
    scope,
    systemPrompt: channel.systemPrompt,
    isStream: isUpstreamStream,
    ...(channel.policy !== undefined && {
      maxTokens: decidedOutput(input),
      identity,
    }),
  };
  const first = await conversation.encode(target, remembered);
  const media = await fetchLostMedia(deps, inbound, first.losses);
  const made =
    media === undefined ? first : await conversation.encode({ ...target, media }, remembered);
  const encoded = beginRequest(addressFor(input, family, url, isUpstreamStream), dialect);
  encoded.body = made.body;
  encoded.losses = made.losses;
  encoded.endUser = identity?.endUser;
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
    upstream: withRestoration(requireCodec(findProviderCodec(provider, family)), made),
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

function requireCodec<Codec>(codec: Codec | undefined): Codec {
  if (codec === undefined) throw new Error('a way leads through a family without a codec');
  return codec;
}
