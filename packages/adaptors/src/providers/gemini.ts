import type { Dialect, Provider, UpstreamTarget } from '../codec.ts';
import { modelFactsOf } from '../families/gemini/model-facts.ts';
import { getChannelType } from './channel-types.ts';
import { authorizeGateway } from './cloudflare-gateway.ts';
import { geminiMethodOf, pathOfModel } from './gemini-address.ts';
import { cutTrailingSlash, joinUrl } from './join-url.ts';
import { readConfigText } from './read-config-text.ts';

/** Everything that is current needs it; `v1` is for who must. */
const defaultVersion = 'v1beta';

const dialect: Dialect = { streamUsage: 'always', gemini: { hasCallIds: true } };

/** Google's Gemini API in its own words. Config `api_version` chooses another version of it. */
export const gemini: Provider = defineGemini(24, 'gemini', 'Gemini');

/**
 * PaLM was shut down in 2024. Its keys and its address are those of the Gemini API, so that channels of this type go on
 * with Gemini's models; the old ones are not offered.
 */
export const palm: Provider = defineGemini(11, 'palm', 'PaLM2', (model) =>
  /^palm|bison/i.test(model),
);

function defineGemini(
  channelType: number,
  id: string,
  displayName: string,
  isGone: (model: string) => boolean = () => false,
): Provider {
  const { defaultBaseUrl, ownedBy, defaultModels } = getChannelType(channelType);
  return {
    id,
    channelType,
    displayName,
    defaultBaseUrl,
    ownedBy,
    defaultModels,
    dialect,
    url: (target) => (isGone(target.model) ? undefined : addressOf(target)),
    authorize: (key, config) => ({ 'x-goog-api-key': key, ...authorizeGateway(config) }),
    stateScope: (_family, model) => `gemini/${modelFactsOf(model).generation}`,
  };
}

/** Names with a slash (`tunedModels/x`) bring their own collection. */
function addressOf(target: UpstreamTarget): string | undefined {
  const { model, config } = target;
  const version = readConfigText(config, 'api_version') || defaultVersion;
  if (target.operation === 'interaction' && target.baseUrl !== '')
    return joinUrl(cutTrailingSlash(target.baseUrl), `/${version}/interactions`);
  const method = geminiMethodOf(target.operation, target.isStream);
  if (method === undefined || target.baseUrl === '') return undefined;
  const name = model.includes('/') ? model : `models/${model}`;
  return joinUrl(cutTrailingSlash(target.baseUrl), `/${version}/${pathOfModel(name)}${method}`);
}
