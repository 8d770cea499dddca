import type { Readable } from 'node:stream';
import {
  dialectOf,
  planBodyEdits,
  spliceJson,
  type Dialect,
  type JsonProbe,
  type SpliceEdit,
} from '@turnpike/adaptors';
import type { Upload } from '../http/receive-upload.ts';
import type { RelaySettings } from '../relay-deps.ts';
import type { RelayChannel } from '../snapshot/relay-snapshot.ts';
import type { Admission } from './admit.ts';
import { planSystemPrompt } from './force-system-prompt.ts';
import type { InboundRequest } from './inbound-request.ts';

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
}

export interface EncodeInput {
  channel: RelayChannel;
  upstreamModel: string;
  inbound: InboundRequest;
  admission: Pick<Admission, 'outputClamp'>;
  requestId: string;
}

/**
 * Makes the upstream request: the original bytes with a few members spliced.
 *
 * @returns undefined where the channel's provider has no such operation
 */
export function encodeRequest(
  { settings }: { settings: RelaySettings },
  input: EncodeInput,
): EncodedRequest | undefined {
  const { channel, upstreamModel, inbound } = input;
  const { provider } = channel;
  const url = provider?.url({
    baseUrl: channel.baseUrl,
    operation: inbound.operation,
    path: inbound.path,
    search: inbound.search,
    model: upstreamModel,
    isStream: inbound.facts.isStream,
    config: channel.config,
  });
  if (provider === undefined || url === undefined) return undefined;
  const dialect = dialectOf(provider, { operation: inbound.operation, config: channel.config });
  const slash = pathStartOf(url);
  const encoded: EncodedRequest = {
    origin: url.slice(0, slash),
    path: slash === url.length ? '/' : url.slice(slash),
    headers: [],
    body: noBody,
    dialect,
    hideUsage: false,
    systemPromptReset: false,
  };
  const contentType =
    inbound.body.kind === 'upload'
      ? encodeUpload(encoded, inbound.body.upload, upstreamModel)
      : encodeJson(encoded, input, inbound.body.probe);
  const { headers } = encoded;
  headers.push('content-type', contentType, 'accept', inbound.accept ?? acceptFor(inbound));
  headers.push(...inbound.forwardedHeaders, ...channel.upstreamHeaders(dialect));
  if (settings.forwardRequestId) headers.push('x-turnpike-request-id', input.requestId);
  return encoded;
}

const noBody = Buffer.alloc(0);

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
  const { edits, hideUsage } = planBodyEdits({
    probe,
    facts: inbound.facts,
    upstreamModel,
    dialect: encoded.dialect,
    hasStreamOptions: inbound.operation === 'chat' || inbound.operation === 'completions',
    outputClamp: admission.outputClamp,
  });
  const prompt =
    channel.systemPrompt === '' || inbound.operation !== 'chat'
      ? undefined
      : planSystemPrompt(probe, channel.systemPrompt);
  encoded.body = splice(probe, prompt === undefined ? edits : [...edits, prompt.edit]);
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
