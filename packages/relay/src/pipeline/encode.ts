import type { Readable } from 'node:stream';
import {
  dialectOf,
  planBodyEdits,
  planGeminiEdits,
  spliceJson,
  type Dialect,
  type JsonProbe,
  type SpliceEdit,
} from '@turnpike/adaptors';
import type { Loss } from '@turnpike/core';
import type { Upload } from '../http/receive-upload.ts';
import type { RelayDeps } from '../relay-deps.ts';
import type { RelayChannel } from '../snapshot/relay-snapshot.ts';
import type { Admission } from './admit.ts';
import type { AnswerTranslator } from './answer-translator.ts';
import { findAddress } from './find-address.ts';
import { planSystemPrompt } from './force-system-prompt.ts';
import type { InboundRequest } from './inbound-request.ts';
import { needsPatch, patchBody } from './patch-body.ts';
import { mergeHeaders } from './merge-headers.ts';
import { findForeignWay, mustTranslate, translateRequest } from './translate.ts';

/** A request as one upstream gets it. */
export interface EncodedRequest {
  origin: string;
  path: string;
  headers: string[];
  body: Buffer | Readable;
  dialect: Dialect;
  /** The stream's usage frame is ours, not the client's. */
  hideUsage: boolean;
  /** A system prompt of the client was replaced by the channel's. */
  systemPromptReset: boolean;
  /** Makes the answer one of the client's protocol; undefined on the byte plane. */
  translator: AnswerTranslator | undefined;
  /** What could not be carried. */
  losses: readonly Loss[];
}

export interface EncodeInput {
  channel: RelayChannel;
  upstreamModel: string;
  inbound: InboundRequest;
  admission: Pick<Admission, 'outputClamp' | 'reservation'>;
  requestId: string;
}

export type EncodeDeps = Pick<
  RelayDeps,
  'settings' | 'capsules' | 'stateStore' | 'responseStore' | 'metrics' | 'conversations'
>;

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
  if (url === undefined) {
    const way = findForeignWay(channel, inbound, upstreamModel);
    return way === undefined ? undefined : translateRequest(deps, input, way);
  }
  const dialect = dialectOf(provider, { operation: inbound.operation, config: channel.config });
  const { family } = inbound;
  if (family !== undefined && mustTranslate(inbound, dialect))
    return translateRequest(deps, input, { kind: 'family', family, url });
  return relayRequest(deps, input, url, dialect);
}

/** The byte plane. */
function relayRequest(
  { settings }: EncodeDeps,
  input: EncodeInput,
  url: string,
  dialect: Dialect,
): EncodedRequest {
  const { channel, upstreamModel, inbound } = input;
  const encoded = beginRequest(url, dialect);
  const contentType =
    inbound.body.kind === 'upload'
      ? encodeUpload(encoded, inbound.body.upload, upstreamModel)
      : encodeJson(encoded, input, inbound.body.probe);
  const { headers } = encoded;
  headers.push('content-type', contentType, 'accept', inbound.accept ?? acceptFor(inbound));
  const own = ownHeaders(channel, dialect);
  if (inbound.door === 'openai') headers.push(...inbound.forwardedHeaders, ...own);
  else mergeHeaders(headers, own, inbound.forwardedHeaders);
  if (settings.forwardRequestId) headers.push('x-turnpike-request-id', input.requestId);
  return encoded;
}

/** The channel's headers; where it wants a short-lived credential, that follows right before sending. */
export function ownHeaders(channel: RelayChannel, dialect: Dialect): readonly string[] {
  return channel.provider?.credentialCall === undefined
    ? channel.upstreamHeaders(dialect)
    : Object.entries(dialect.headers ?? {}).flat();
}

const noBody = Buffer.alloc(0);
const noLosses: readonly Loss[] = [];

/** A request to an address, with nothing in it yet. */
export function beginRequest(url: string, dialect: Dialect): EncodedRequest {
  const slash = pathStartOf(url);
  return {
    origin: url.slice(0, slash),
    path: slash === url.length ? '/' : url.slice(slash),
    headers: [],
    body: noBody,
    dialect,
    hideUsage: false,
    systemPromptReset: false,
    translator: undefined,
    losses: noLosses,
  };
}

/** Returns the content type. The length is said here, because nobody can see it in a stream. */
function encodeUpload(encoded: EncodedRequest, upload: Upload, upstreamModel: string): string {
  const { body, byteLength } = upload.read(upstreamModel);
  encoded.body = body;
  encoded.headers.push('content-length', String(byteLength));
  return upload.contentType;
}

/** Returns the content type. */
function encodeJson(
  encoded: EncodedRequest,
  { channel, upstreamModel, inbound, admission }: EncodeInput,
  probe: JsonProbe,
): string {
  const plan = inbound.door === 'gemini' ? planGeminiEdits : planBodyEdits;
  const { edits, hideUsage } = plan({
    probe,
    facts: inbound.facts,
    upstreamModel,
    dialect: encoded.dialect,
    hasStreamOptions: inbound.operation === 'chat' || inbound.operation === 'completions',
    outputClamp: admission.outputClamp,
  });
  const prompt =
    channel.systemPrompt === '' || inbound.family === undefined
      ? undefined
      : planSystemPrompt(inbound.family, probe, channel.systemPrompt);
  const spliced = splice(probe, prompt === undefined ? edits : [...edits, prompt.edit]);
  const { dialect } = encoded;
  encoded.body = needsPatch(dialect, upstreamModel, spliced)
    ? patchBody(dialect, upstreamModel, spliced)
    : spliced;
  encoded.hideUsage = hideUsage;
  encoded.systemPromptReset = prompt?.isReset ?? false;
  return 'application/json';
}

function splice(probe: JsonProbe, edits: readonly SpliceEdit[]): Buffer {
  if (edits.length === 0) return probe.body;
  const { slices, byteLength } = spliceJson(probe, edits);
  return slices.length === 1 ? (slices[0] as Buffer) : Buffer.concat(slices, byteLength);
}

function acceptFor({ facts }: InboundRequest): string {
  return facts.isStream ? 'text/event-stream' : 'application/json';
}

/** Cheaper than a URL object; providers give absolute URLs only. */
function pathStartOf(url: string): number {
  const slash = url.indexOf('/', url.indexOf('//') + 2);
  return slash === -1 ? url.length : slash;
}
