import type { Readable } from 'node:stream';
import {
  dialectOf,
  planBodyEdits,
  spliceJson,
  type Dialect,
  type SpliceEdit,
} from '@turnpike/adaptors';
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
    isStream: inbound.isStream,
    config: channel.config,
  });
  if (provider === undefined || url === undefined) return undefined;
  const dialect = dialectOf(provider, { operation: inbound.operation, config: channel.config });
  const { body, byteLength, contentType, hideUsage, systemPromptReset } = encodeBody(
    input,
    dialect,
  );
  const headers = [
    'content-type',
    contentType,
    'content-length',
    String(byteLength),
    'accept',
    inbound.accept ?? acceptFor(inbound),
    ...inbound.forwardedHeaders,
  ];
  for (const [name, value] of Object.entries(dialect.headers ?? {})) headers.push(name, value);
  for (const [name, value] of Object.entries(provider.authorize(channel.key(), channel.config)))
    headers.push(name, value);
  if (settings.forwardRequestId) headers.push('x-turnpike-request-id', input.requestId);
  return {
    ...splitUrl(url),
    headers,
    body,
    dialect,
    hideUsage,
    systemPromptReset,
  };
}

interface EncodedBody {
  body: Buffer | Readable;
  byteLength: number;
  contentType: string;
  hideUsage: boolean;
  systemPromptReset: boolean;
}

function encodeBody(
  { channel, upstreamModel, inbound, admission }: EncodeInput,
  dialect: Dialect,
): EncodedBody {
  if (inbound.body.kind === 'upload') {
    const { upload } = inbound.body;
    return {
      ...upload.read(upstreamModel),
      contentType: upload.contentType,
      hideUsage: false,
      systemPromptReset: false,
    };
  }
  const { probe } = inbound.body;
  const { edits, hideUsage } = planBodyEdits({
    probe,
    facts: inbound,
    upstreamModel,
    dialect,
    hasStreamOptions: inbound.operation === 'chat' || inbound.operation === 'completions',
    outputClamp: admission.outputClamp,
  });
  const prompt =
    channel.systemPrompt === '' || inbound.operation !== 'chat'
      ? undefined
      : planSystemPrompt(probe, channel.systemPrompt);
  const body = splice(probe, prompt === undefined ? edits : [...edits, prompt.edit]);
  return {
    body,
    byteLength: body.length,
    contentType: 'application/json',
    hideUsage,
    systemPromptReset: prompt?.isReset ?? false,
  };
}

function splice(probe: Parameters<typeof spliceJson>[0], edits: readonly SpliceEdit[]): Buffer {
  if (edits.length === 0) return probe.body;
  const { slices, byteLength } = spliceJson(probe, edits);
  return slices.length === 1 ? (slices[0] as Buffer) : Buffer.concat(slices, byteLength);
}

function acceptFor({ isStream }: InboundRequest): string {
  return isStream ? 'text/event-stream' : 'application/json';
}

/** Cheaper than a URL object; providers give absolute URLs only. */
function splitUrl(url: string): { origin: string; path: string } {
  const slash = url.indexOf('/', url.indexOf('//') + 2);
  return slash === -1
    ? { origin: url, path: '/' }
    : { origin: url.slice(0, slash), path: url.slice(slash) };
}
