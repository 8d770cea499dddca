import {
  answersInParts,
  findBridges,
  needsInlineMedia,
  type Dialect,
  type OperationBridge,
} from '@turnpike/adaptors';
import type { Family } from '@turnpike/core';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import { findAddress, findTranslationTarget } from './find-address.ts';
import type { PlanReason } from './encoded-request.ts';
import { hasCapsule } from './has-capsule.ts';
import type { InboundRequest } from './inbound-request.ts';

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

/** Why a conversation has to be taken apart although the channel speaks its protocol; undefined where it has not. */
export function whyTranslate(
  inbound: InboundRequest,
  dialect: Dialect,
  model: string,
): PlanReason | undefined {
  const { isStream } = inbound.facts;
  const { family } = inbound;
  const { streaming, wire, messages } = dialect;
  if (wire?.isUsedFor(model) === true) return 'own_wire';
  // A header has to become a member of the body.
  if (messages?.hasBetasInBody === true && inbound.headers['anthropic-beta'] !== undefined)
    return 'betas_in_body';
  if (family === 'openai-chat' && answersInParts(model)) return 'answer_in_parts';
  // What this upstream does not fetch itself has to be found, and put into the body.
  if (family !== undefined && needsInlineMedia(family, dialect, model))
    if (mentionsAddress(family, inbound)) return 'media_in_body';
  if (streaming === 'only' ? !isStream : streaming === 'never' && isStream) return 'streaming';
  // Google's streams without `alt=sse` are one JSON array, which grows.
  if (inbound.door === 'gemini' && isStream && !/[?&]alt=sse(?:&|$)/.test(inbound.search))
    return 'json_array';
  return hasCapsule(inbound) ? 'opaque_state' : undefined;
}

/** By what a file of the web is named. Looked for first: nothing else costs as little. */
const addressMarks: Readonly<Record<Family, readonly string[]>> = {
  'openai-chat': ['"image_url"'],
  'openai-responses': [],
  anthropic: ['"url"'],
  gemini: ['"fileUri"', '"file_uri"'],
};

function mentionsAddress(family: Family, { body }: InboundRequest): boolean {
  if (body.kind !== 'json') return false;
  const bytes = body.probe.body;
  return addressMarks[family].some((mark) => bytes.includes(mark)) && bytes.includes('"http');
}
