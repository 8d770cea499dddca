import type { Dialect, Provider } from '../codec.ts';
import { getChannelType } from './channel-types.ts';
import { authorizeGateway } from './cloudflare-gateway.ts';
import { cutTrailingSlash } from './join-url.ts';
import { joinPath } from './openai-wire.ts';

const { id: channelType, defaultBaseUrl, ownedBy, defaultModels } = getChannelType(14);

/** What every model takes, for clients that set no limit. */
const defaultLimit = { key: 'max_tokens', json: '4096' };

const version = { 'anthropic-version': '2023-06-01' };

const dialect: Dialect = {
  streamUsage: 'always',
  defaultMembers: [defaultLimit],
  headers: version,
};

/** A count has no limit, and no stream. */
const countDialect: Dialect = {
  streamUsage: 'never',
  deleteMembers: ['max_tokens', 'stream'],
  headers: version,
};

/** Anthropic's own service, and servers that copy it under a base URL of their own. */
export const anthropic: Provider = {
  id: 'anthropic',
  channelType,
  displayName: 'Anthropic',
  defaultBaseUrl,
  ownedBy,
  defaultModels,
  dialect,
  dialectFor: ({ operation }) => (operation === 'count-message-tokens' ? countDialect : dialect),

  url({ baseUrl, operation, path, search }) {
    const isOffered = operation === 'messages' || operation === 'count-message-tokens';
    if (!isOffered || baseUrl === '') return undefined;
    return joinPath(cutTrailingSlash(baseUrl), path) + search;
  },

  authorize: (key, config) => ({ ...authorizeKey(key), ...authorizeGateway(config) }),
};

/** Never both: tokens of a sign-in go as such, keys under their own name. */
function authorizeKey(key: string): Record<string, string> {
  if (key === '') return {};
  return key.startsWith('sk-ant-oat') ? { authorization: `Bearer ${key}` } : { 'x-api-key': key };
}
