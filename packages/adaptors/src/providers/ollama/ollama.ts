import type { Dialect, Provider } from '../../codec.ts';
import { getChannelType } from '../channel-types.ts';
import { joinUrl } from '../join-url.ts';

const { id: channelType, defaultBaseUrl, ownedBy, defaultModels } = getChannelType(30);

const dialect: Dialect = {
  streamUsage: 'always',
  framing: 'json-lines',
  chat: () => ({ needsInlineMedia: true, takesTopK: true, reasoningSwitch: 'effort' }),
};

/** The compatible door, for completions: they are asked for and answered as OpenAI's. */
const compatibleDialect: Dialect = { streamUsage: 'on-request' };

/** Ollama, in its own API for conversations and embeddings. */
export const ollama: Provider = {
  id: 'ollama',
  channelType,
  displayName: 'Ollama',
  defaultBaseUrl,
  ownedBy,
  defaultModels,
  dialect,
  dialectFor: ({ operation }) => (operation === 'completions' ? compatibleDialect : dialect),

  url({ baseUrl, operation }) {
    const path = paths[operation as keyof typeof paths] as string | undefined;
    return baseUrl === '' || path === undefined ? undefined : joinUrl(baseUrl, path);
  },

  /** Servers at home want no key; those behind a proxy, and the hosted one, do. */
  authorize: (key): Record<string, string> =>
    key === '' ? {} : { authorization: `Bearer ${key}` },
};

const paths = {
  chat: '/api/chat',
  embeddings: '/api/embed',
  completions: '/v1/completions',
} as const;
