import { findUpstreamCodec, translationOrder, type UpstreamTarget } from '@turnpike/adaptors';
import { conversationOperations, familyOf, type Family, type Operation } from '@turnpike/core';
import type { RelayChannel } from '../snapshot/relay-channel.ts';

/** What an upstream is asked for. */
export interface AddressInput {
  operation: Operation;
  /** The upstream's name of the model. */
  model: string;
  /** The client's path and query; those of the operation itself where left out. */
  path?: string;
  search?: string;
  isStream?: boolean;
}

/** The address of an operation at a channel; undefined where it does not offer it. */
export function findAddress(channel: RelayChannel, input: AddressInput): string | undefined {
  const { provider, families } = channel;
  if (provider === undefined) return undefined;
  if (families !== undefined) {
    const family = familyOf(input.operation);
    if (family !== undefined && !families.includes(family)) return undefined;
  }
  return provider.url(new AddressTarget(channel, input));
}

/** A class, because a getter in an object that is made for each request costs as much as the address. */
class AddressTarget implements UpstreamTarget {
  readonly baseUrl: string;
  readonly operation: Operation;
  readonly path: string;
  readonly search: string;
  readonly model: string;
  readonly isStream: boolean;
  readonly config: Readonly<Record<string, unknown>>;
  readonly #channel: RelayChannel;

  constructor(channel: RelayChannel, { operation, model, path, search, isStream }: AddressInput) {
    this.#channel = channel;
    this.baseUrl = channel.baseUrl;
    this.config = channel.config;
    this.operation = operation;
    this.model = model;
    this.isStream = isStream === true;
    this.path = path ?? pathOfOperation(operation, model, this.isStream);
    this.search = search ?? '';
  }

  /** Opened only by those few whose address depends on it. */
  get key(): string {
    return this.#channel.key();
  }
}

/** Where a conversation of another family can be taken: the family, and the address of its operation. */
export function findTranslationTarget(
  channel: RelayChannel,
  from: Family,
  input: Omit<AddressInput, 'operation'>,
): { family: Family; url: string } | undefined {
  for (const family of orderOf(channel)) {
    if (family === from || findUpstreamCodec(family) === undefined) continue;
    const url = findAddress(channel, { ...input, operation: conversationOperations[family] });
    if (url !== undefined) return { family, url };
  }
  return undefined;
}

function orderOf({ families, provider, baseUrl }: RelayChannel): readonly Family[] {
  if (families !== undefined) return families;
  const preferred = provider?.conversationOrder?.(baseUrl) ?? [];
  return [...preferred, ...translationOrder.filter((family) => !preferred.includes(family))];
}

const paths: Readonly<Partial<Record<Operation, string>>> = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  'count-response-tokens': '/v1/responses/input_tokens',
  'compact-response': '/v1/responses/compact',
  messages: '/v1/messages',
  embeddings: '/v1/embeddings',
  'count-message-tokens': '/v1/messages/count_tokens',
};

const geminiVerbs: Readonly<Partial<Record<Operation, string>>> = {
  'generate-content': 'generateContent',
  'count-content-tokens': 'countTokens',
  'embed-content': 'embedContent',
  'batch-embed-contents': 'batchEmbedContents',
};

function pathOfOperation(operation: Operation, model: string, isStream: boolean): string {
  const verb =
    operation === 'generate-content' && isStream ? 'streamGenerateContent' : geminiVerbs[operation];
  if (verb !== undefined) return `/v1beta/models/${model}:${verb}`;
  // Of the others it is only asked whether they are offered.
  return paths[operation] ?? `/v1/${operation}`;
}
