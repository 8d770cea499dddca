import { openAiOperations, type Operation } from '@turnpike/core';
import type { Dialect, Provider, UpstreamTarget } from '../codec.ts';
import { getChannelType } from './channel-types.ts';
import { authorizeGateway, isCloudflareGateway, joinGatewayUrl } from './cloudflare-gateway.ts';
import { joinUrl } from './join-url.ts';

/** Usage on request, nothing renamed: OpenAI itself, and whoever copies it faithfully. */
const openAiDialect: Dialect = { streamUsage: 'on-request' };

const everyOperation: ReadonlySet<Operation> = new Set(openAiOperations);

type ChannelConfig = Readonly<Record<string, unknown>>;

/** What an upstream of OpenAI's wire differs in. */
export interface OpenAiWireOptions {
  id: string;
  /** Where One API's label is no plain name. */
  displayName?: string;
  /** Every one of OpenAI's doors, where left out. */
  operations?: readonly Operation[];
  /** More, which depend on the channel. */
  offersMore?: (target: UpstreamTarget) => boolean;
  dialect?: Dialect;
  dialectFor?: Provider['dialectFor'];
  /** The whole address, where it is not the client's path behind the base URL. Asked for offered operations only. */
  url?: Provider['url'];
  conversationOrder?: Provider['conversationOrder'];
  /** Headers besides the key. */
  extraHeaders?: (config: ChannelConfig) => Record<string, string>;
}

/** A provider that speaks the OpenAI wire; its list of models, label and base URL are those of its channel type. */
export function defineOpenAiWire(channelType: number, options: OpenAiWireOptions): Provider {
  const { defaultBaseUrl, ownedBy, defaultModels, label } = getChannelType(channelType);
  const { url = keepPath, dialectFor, extraHeaders, conversationOrder, offersMore } = options;
  const operations = options.operations && new Set(options.operations);
  return {
    id: options.id,
    channelType,
    displayName: options.displayName ?? label,
    defaultBaseUrl,
    ownedBy,
    defaultModels,
    dialect: options.dialect ?? openAiDialect,
    ...(dialectFor !== undefined && { dialectFor }),
    ...(conversationOrder !== undefined && { conversationOrder }),
    url(target) {
      const isOffered =
        (operations ?? everyOperation).has(target.operation) || offersMore?.(target) === true;
      return isOffered && target.baseUrl !== '' ? url(target) : undefined;
    },
    authorize: (key, config) => ({
      ...authorizeBearer(key),
      ...authorizeGateway(config),
      ...extraHeaders?.(config),
    }),
  };
}

/** Servers in a private network often want no key. */
function authorizeBearer(key: string): Record<string, string> {
  return key === '' ? {} : { authorization: `Bearer ${key}` };
}

/** The client's path and query behind the base URL. */
export function keepPath({ baseUrl, path, search }: UpstreamTarget): string {
  return joinPath(baseUrl, path) + search;
}

/** For base URLs that contain the version: the path goes without its leading `/v1`. */
export function dropVersion({ baseUrl, path, search }: UpstreamTarget): string {
  return joinUrl(baseUrl, path.slice('/v1'.length)) + search;
}

/** For upstreams that have something else in front of the path than `/v1`. The query is dropped. */
export function replaceVersion(version: string): (target: UpstreamTarget) => string {
  return ({ baseUrl, path }) => joinUrl(baseUrl, version + path.slice('/v1'.length));
}

/** A path of the upstream's own behind the base URL. */
export function joinPath(baseUrl: string, path: string): string {
  return isCloudflareGateway(baseUrl) ? joinGatewayUrl(baseUrl, path) : joinUrl(baseUrl, path);
}
