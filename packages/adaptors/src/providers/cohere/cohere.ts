import type { Dialect, Provider } from '../../codec.ts';
import { getChannelType } from '../channel-types.ts';
import { joinUrl } from '../join-url.ts';

const { id: channelType, defaultBaseUrl, ownedBy, defaultModels } = getChannelType(35);

const dialect: Dialect = {
  streamUsage: 'always',
  chat: () => ({ takesTopK: true, maxStops: 5, reasoningSwitch: 'effort' }),
};

/** Cohere, version 2 of its API. */
export const cohere: Provider = {
  id: 'cohere',
  channelType,
  displayName: 'Cohere',
  defaultBaseUrl,
  ownedBy,
  defaultModels,
  dialect,

  url({ baseUrl, operation, model }) {
    // Names of One API's that stand for a connector, which Cohere has withdrawn.
    if (baseUrl === '' || model.endsWith('-internet')) return undefined;
    if (operation === 'chat') return joinUrl(baseUrl, '/v2/chat');
    return operation === 'embeddings' ? joinUrl(baseUrl, '/v2/embed') : undefined;
  },

  authorize: (key) => ({ authorization: `Bearer ${key}` }),
};
