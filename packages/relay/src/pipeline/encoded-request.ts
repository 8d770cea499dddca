import type { Readable } from 'node:stream';
import type { Dialect } from '@turnpike/adaptors';
import type { Loss } from '@turnpike/core';
import type { RelayDeps } from '../relay-deps.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { Admission } from './admit.ts';
import type { AnswerTranslator } from './answer-translator.ts';
import type { InboundRequest } from './inbound-request.ts';

/** Why a request, or its answer, is not passed on as it is. Found in logs. */
export type PlanReason =
  /** The channel speaks another protocol. */
  | 'other_protocol'
  | 'own_wire'
  | 'betas_in_body'
  | 'answer_in_parts'
  | 'media_in_body'
  | 'streaming'
  | 'json_array'
  | 'opaque_state'
  /** Something below the top level is refused. */
  | 'deep_edit'
  | 'model_in_response'
  | 'store_in_response';

/** Whether the upstream has other words for everything than the client. */
export function isForeign(reason: PlanReason | undefined): boolean {
  return reason === 'other_protocol' || reason === 'own_wire';
}

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
  /** The name of the client's user that the translation told; undefined: none, or nothing was translated. */
  endUser: string | undefined;
  /** Whether the answer is kept here, where its upstream was forbidden to and would say that it is not. */
  store: boolean | undefined;
  /** What could not be carried. */
  losses: readonly Loss[];
  /** Undefined where the bytes pass as they are, but for members at the top level. */
  planReason: PlanReason | undefined;
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
  | 'settings'
  | 'capsules'
  | 'pseudonymise'
  | 'stateStore'
  | 'responseStore'
  | 'metrics'
  | 'conversations'
  | 'mediaFetcher'
  | 'config'
>;

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
    endUser: undefined,
    store: undefined,
    losses: noLosses,
    planReason: undefined,
  };
}

/** Cheaper than a URL object; providers give absolute URLs only. */
function pathStartOf(url: string): number {
  const slash = url.indexOf('/', url.indexOf('//') + 2);
  return slash === -1 ? url.length : slash;
}
