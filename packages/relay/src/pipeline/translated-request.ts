import { dialectOf, type Dialect, type OperationBridge, type Provider } from '@turnpike/adaptors';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import {
  ownHeaders,
  type EncodeDeps,
  type EncodedRequest,
  type EncodeInput,
} from './encoded-request.ts';
import type { InboundRequest } from './inbound-request.ts';
import { mergeHeaders } from './merge-headers.ts';

/** Who is spoken to, and what is special about them. */
export function targetOf(
  channel: RelayChannel,
  operation: OperationBridge['to'],
): { provider: Provider; dialect: Dialect } {
  const { provider, config } = channel;
  if (provider === undefined) throw new Error('a way leads to a channel without a provider');
  return { provider, dialect: dialectOf(provider, { operation, config }) };
}

/** Puts the headers of a request that was made here onto it. `named`: those that the translation asks for. */
export function addHeaders(
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
export function traceHeaders({ headers }: InboundRequest): readonly string[] {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string') return [];
  return [
    'traceparent',
    traceparent,
    ...(typeof tracestate === 'string' ? ['tracestate', tracestate] : []),
  ];
}
