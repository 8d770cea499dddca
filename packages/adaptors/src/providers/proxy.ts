import type { Provider } from '../codec.ts';
import { getChannelType } from './channel-types.ts';
import { cutTrailingSlash } from './join-url.ts';

const { id: channelType, defaultBaseUrl, ownedBy, defaultModels } = getChannelType(43);

/** A client's path names the channel and goes on with the upstream's own path. */
const proxyPath = /^\/v1\/oneapi\/proxy\/[^/]+(\/.*)?$/;

/** Passes everything on as it is; only reached by its own path, never by a model. */
export const proxy: Provider = {
  id: 'proxy',
  channelType,
  displayName: 'Proxy',
  defaultBaseUrl,
  ownedBy,
  defaultModels,
  dialect: { streamUsage: 'never' },

  url({ baseUrl, path, search }) {
    const match = proxyPath.exec(path);
    if (match === null || baseUrl === '') return undefined;
    return cutTrailingSlash(baseUrl) + (match[1] ?? '/') + search;
  },

  /** The key is the whole header, scheme included. */
  authorize: (key) => ({ authorization: key }),
};
