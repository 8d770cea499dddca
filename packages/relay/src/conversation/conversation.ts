import {
  dialectOf,
  findClientCodec,
  findProvider,
  findProviderCodec,
  type EncodedUpstreamRequest,
  type PathFacts,
} from '@turnpike/adaptors';
import {
  conversationOperations,
  errors,
  type CanonicalRequest,
  type CapsuleBox,
  type Family,
  type OpaqueState,
} from '@turnpike/core';
import type { FetchedMedia } from '../upstream/fetch-media.ts';
import { putMedia } from './put-media.ts';
import { addRememberedState, listBareCalls, openCapsules } from '../state/restore-state.ts';

/** An upstream to encode a conversation for, as plain data: it may go to another thread. */
export interface ConversationTarget {
  family: Family;
  /** Of the provider. */
  channelType: number;
  config: Readonly<Record<string, unknown>>;
  /** The upstream's name. */
  model: string;
  outputClamp: number | undefined;
  /** Of opaque state that this upstream accepts. */
  scope: string;
  /** Of the channel; empty: none. */
  systemPrompt: string;
  isStream: boolean;
  /** Most tokens of the answer, in place of what the client asked for; undefined: as it asked. */
  maxTokens?: number | undefined;
  /** Who asks, where the upstream is told something else than the client said. */
  identity?: CanonicalRequest['identity'] | undefined;
  /** Content of files that this upstream takes by no address, by their addresses. */
  media?: ReadonlyMap<string, FetchedMedia>;
}

/** An upstream's body, ready to be sent. */
export interface EncodedConversation extends Pick<
  EncodedUpstreamRequest,
  'headers' | 'losses' | 'restoration' | 'cutsAt'
> {
  body: Buffer;
}

/** A client's conversation, decoded once for all attempts. */
export interface Conversation {
  /** What the answer's encoder needs to know. Large bodies leave their turns out. */
  request: CanonicalRequest;
  /** Ids of tool calls that came without their state. */
  bareCalls: readonly string[];
  encode(
    target: ConversationTarget,
    remembered: ReadonlyMap<string, readonly OpaqueState[]>,
  ): EncodedConversation | Promise<EncodedConversation>;
  /** No attempt needs it any more. */
  close(): void;
}

/**
 * Decodes a client's body.
 *
 * @throws `invalid_request` with `param`, `invalid_json`
 */
export function decodeConversation(
  body: Buffer,
  family: Family,
  path: PathFacts,
  capsules: CapsuleBox,
): { request: CanonicalRequest; bareCalls: readonly string[] } {
  const codec = findClientCodec(family);
  if (codec === undefined) throw errors.notImplemented({ route: family });
  // The probe saw an object, and that it is valid.
  const json = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  const request = openCapsules(capsules, codec.decodeRequest(json, path));
  return { request, bareCalls: listBareCalls(request) };
}

/** Encodes a conversation for an upstream. */
export function encodeConversation(
  request: CanonicalRequest,
  target: ConversationTarget,
  remembered: ReadonlyMap<string, readonly OpaqueState[]>,
): EncodedConversation {
  const provider = findProvider(target.channelType);
  const codec = provider && findProviderCodec(provider, target.family);
  if (codec === undefined || provider === undefined)
    throw new Error(`no codec for ${target.family}, or no provider ${target.channelType}`);
  const dialect = dialectOf(provider, {
    operation: conversationOperations[target.family],
    config: target.config,
  });
  const stated = addRememberedState(request, remembered);
  const whole = {
    ...putMedia(stated, target.media),
    isStream: target.isStream,
    ...(target.identity !== undefined && { identity: target.identity }),
    ...(target.maxTokens !== undefined && {
      output: { ...stated.output, maxTokens: target.maxTokens },
    }),
  };
  const { body, ...made } = codec.encodeRequest(whole, {
    model: target.model,
    dialect,
    config: target.config,
    scope: target.scope,
    ...(target.outputClamp !== undefined && { outputClamp: target.outputClamp }),
    ...(target.systemPrompt !== '' && { systemPrompt: target.systemPrompt }),
  });
  return { ...made, body: Buffer.from(JSON.stringify(body)) };
}

/** A conversation that is small enough to be dealt with here and now. */
export function openConversation(
  body: Buffer,
  family: Family,
  path: PathFacts,
  capsules: CapsuleBox,
): Conversation {
  const { request, bareCalls } = decodeConversation(body, family, path, capsules);
  return {
    request,
    bareCalls,
    encode: (target, remembered) => encodeConversation(request, target, remembered),
    close: () => undefined,
  };
}
