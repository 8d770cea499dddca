import {
  dialectOf,
  hasOwnWire,
  planBodyEdits,
  planGeminiEdits,
  planInteractionEdits,
  spliceJson,
  type Dialect,
  type JsonProbe,
  type SpliceEdit,
} from '@turnpike/adaptors';
import { conversationOperations, type Operation } from '@turnpike/core';
import type { Upload } from '../http/receive-upload.ts';
import { applyPolicy } from '../policy/apply-policy.ts';
import { endUserFields } from '../policy/end-users.ts';
import { fitThinking } from '../policy/fit-thinking.ts';
import { outputClampOf } from '../policy/output-limit.ts';
import { findAddress } from './find-address.ts';
import { planSystemPrompt } from './force-system-prompt.ts';
import { findForeignWay, whyTranslate, type ForeignWay } from './foreign-way.ts';
import { hasCapsule } from './has-capsule.ts';
import type { InboundRequest } from './inbound-request.ts';
import { needsPatch, patchLosses } from './patch-body.ts';
import {
  beginRequest,
  ownHeaders,
  type EncodeDeps,
  type EncodedRequest,
  type EncodeInput,
  type PlanReason,
} from './encoded-request.ts';
import { mergeHeaders } from './merge-headers.ts';
import { addOwnLosses, countOwnLosses } from './own-losses.ts';
import { translateRequest } from './translate.ts';

/**
 * Makes the upstream request: the original bytes with a few members spliced where the channel speaks the client's own
 * protocol, else a translation.
 *
 * @returns undefined where the channel's provider has no such operation, in no protocol
 */
export function encodeRequest(
  deps: EncodeDeps,
  input: EncodeInput,
): EncodedRequest | undefined | Promise<EncodedRequest> {
  const { channel, upstreamModel, inbound } = input;
  const { provider } = channel;
  if (provider === undefined) return undefined;
  const url = findAddress(channel, {
    operation: inbound.operation,
    model: upstreamModel,
    path: inbound.path,
    search: inbound.search,
    isStream: inbound.facts.isStream,
  });
  const { family } = inbound;
  const isOwnWire = hasOwnWire(inbound.operation, provider);
  if (url === undefined || (isOwnWire && family === undefined)) {
    const way = findForeignWay(channel, inbound, upstreamModel);
    if (way === undefined) return undefined;
    return translateFor(isOwnWire ? 'own_wire' : 'other_protocol', deps, input, way);
  }
  const dialect = dialectOf(provider, { operation: inbound.operation, config: channel.config });
  const reason = isOwnWire ? 'own_wire' : whyTranslate(inbound, dialect, upstreamModel);
  if (family !== undefined && reason !== undefined)
    return translateFor(reason, deps, input, { kind: 'family', family, url });
  // What is asked about a conversation cannot be translated, and its capsules are nobody else's.
  if (aboutConversations.has(inbound.operation) && hasCapsule(inbound)) return undefined;
  return withPolicy(deps, input, inbound.operation, relayRequest(deps, input, url, dialect));
}

/** As the channel's administrator wants it, within what the budget pays for. */
function withPolicy<Encoding extends EncodedRequest | Promise<EncodedRequest>>(
  deps: EncodeDeps,
  input: EncodeInput,
  operation: Operation,
  encoding: Encoding,
): Encoding | EncodedRequest | Promise<EncodedRequest> {
  const { policy } = input.channel;
  const isLimited = operation === 'messages' && outputClampOf(input) !== undefined;
  if (policy === undefined && !isLimited) return encoding;
  const apply = (encoded: EncodedRequest): EncodedRequest => {
    const made =
      policy === undefined ? encoded : applyPolicy(deps, input, policy, operation, encoded);
    return isLimited ? withinLimit(deps, input, made) : made;
  };
  return encoding instanceof Promise ? encoding.then(apply) : apply(encoding);
}

/** Thoughts of Anthropic's models have their room within the limit, which may be lower than the client's. */
function withinLimit(
  { metrics }: EncodeDeps,
  { inbound }: EncodeInput,
  encoded: EncodedRequest,
): EncodedRequest {
  if (!Buffer.isBuffer(encoded.body)) return encoded;
  const { body, loss } = fitThinking(encoded.body, inbound.facts.declaredOutput);
  encoded.body = body;
  if (loss !== undefined) addOwnLosses(metrics, inbound, encoded, [loss]);
  return encoded;
}

async function translateFor(
  reason: PlanReason,
  deps: EncodeDeps,
  input: EncodeInput,
  way: ForeignWay,
): Promise<EncodedRequest> {
  const operation = way.kind === 'family' ? conversationOperations[way.family] : way.bridge.to;
  const translated = translateRequest(deps, input, way);
  const encoded = await withPolicy(deps, input, operation, translated);
  encoded.planReason = reason;
  return encoded;
}

const aboutConversations: ReadonlySet<Operation> = new Set<Operation>([
  'count-message-tokens',
  'count-content-tokens',
  'count-response-tokens',
  'compact-response',
]);

/** The byte plane. */
function relayRequest(
  deps: EncodeDeps,
  input: EncodeInput,
  url: string,
  dialect: Dialect,
): EncodedRequest | Promise<EncodedRequest> {
  const { settings, conversations, metrics } = deps;
  const { channel, upstreamModel, inbound } = input;
  const encoded = beginRequest(url, dialect);
  const contentType =
    inbound.body.kind === 'upload'
      ? encodeUpload(deps, encoded, input, inbound.body.upload)
      : encodeJson(encoded, input, inbound.body.probe);
  const { headers } = encoded;
  headers.push('content-type', contentType, 'accept', inbound.accept ?? acceptFor(inbound));
  const own = ownHeaders(channel, dialect);
  if (inbound.door === 'openai') headers.push(...inbound.forwardedHeaders, ...own);
  else mergeHeaders(headers, own, inbound.forwardedHeaders);
  if (settings.forwardRequestId) headers.push('x-turnpike-request-id', input.requestId);
  const { body } = encoded;
  const isPatched = body instanceof Uint8Array && needsPatch(dialect, upstreamModel, body);
  if (isPatched) encoded.losses = [...encoded.losses, ...patchLosses(dialect, body)];
  countOwnLosses(metrics, inbound, encoded.losses);
  if (!isPatched) return encoded;
  encoded.planReason = 'deep_edit';
  const { operation } = inbound;
  const { type: channelType, config } = channel;
  return conversations
    .patch(body, { channelType, operation, config, model: upstreamModel })
    .then((patched) => {
      encoded.body = patched;
      return encoded;
    });
}

/** Returns the content type. The length is said here, because nobody can see it in a stream. */
function encodeUpload(
  deps: EncodeDeps,
  encoded: EncodedRequest,
  input: EncodeInput,
  upload: Upload,
): string {
  const users = endUserFields(deps, input, (name) => upload.field(name));
  const { body, byteLength } = upload.read(input.upstreamModel, users);
  encoded.body = body;
  encoded.headers.push('content-length', String(byteLength));
  return upload.contentType;
}

/** Returns the content type. */
function encodeJson(encoded: EncodedRequest, input: EncodeInput, probe: JsonProbe): string {
  const { channel, upstreamModel, inbound } = input;
  const plan = plannerOf(inbound);
  const { edits, hideUsage, losses } = plan({
    probe,
    facts: inbound.facts,
    upstreamModel,
    dialect: encoded.dialect,
    hasStreamOptions: inbound.operation === 'chat' || inbound.operation === 'completions',
    outputClamp: outputClampOf(input),
  });
  const prompt =
    channel.systemPrompt === '' || inbound.family === undefined
      ? undefined
      : planSystemPrompt(inbound.family, probe, channel.systemPrompt);
  const spliced = splice(probe, prompt === undefined ? edits : [...edits, prompt.edit]);
  encoded.body = spliced;
  encoded.hideUsage = hideUsage;
  encoded.losses = losses;
  encoded.systemPromptReset = prompt?.isReset ?? false;
  return 'application/json';
}

function plannerOf({ door, operation }: InboundRequest): typeof planBodyEdits {
  if (operation === 'interaction') return planInteractionEdits;
  return door === 'gemini' ? planGeminiEdits : planBodyEdits;
}

function splice(probe: JsonProbe, edits: readonly SpliceEdit[]): Buffer {
  if (edits.length === 0) return probe.body;
  const { slices, byteLength } = spliceJson(probe, edits);
  return slices.length === 1 ? (slices[0] as Buffer) : Buffer.concat(slices, byteLength);
}

function acceptFor({ facts }: InboundRequest): string {
  return facts.isStream ? 'text/event-stream' : 'application/json';
}
