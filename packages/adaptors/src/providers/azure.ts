import type { Operation } from '@turnpike/core';
import type { Dialect, Provider, UpstreamTarget } from '../codec.ts';
import { getChannelType } from './channel-types.ts';
import { authorizeGateway, isCloudflareGateway } from './cloudflare-gateway.ts';
import { cutTrailingSlash, joinUrl } from './join-url.ts';
import { readConfigText } from './read-config-text.ts';

const { id: channelType, defaultBaseUrl, ownedBy, defaultModels } = getChannelType(3);

/** Azure without a version in the channel: the last one of the dated line that is generally available. */
const defaultVersion = '2024-10-21';

/** From this version on, streams can be asked for usage; older ones refuse the question. */
const streamOptionsSince = '2024-09-01';

const dialect: Dialect = {
  streamUsage: 'on-request',
  dropEmptyChoices: true,
  isFaithful: true,
};
const oldDialect: Dialect = {
  streamUsage: 'never',
  deleteMembers: ['stream_options'],
  dropEmptyChoices: true,
  isFaithful: true,
};

/** Azure OpenAI: deployments under dated versions, or the v1 API. */
export const azure: Provider = {
  id: 'azure',
  channelType,
  displayName: 'Azure OpenAI',
  defaultBaseUrl,
  ownedBy,
  defaultModels,
  dialect,

  dialectFor({ config }) {
    const version = readVersion(config);
    return isUndated(version) || version >= streamOptionsSince ? dialect : oldDialect;
  },

  url(target) {
    const { operation, config } = target;
    const baseUrl = cutTrailingSlash(target.baseUrl);
    if (baseUrl === '') return undefined;
    const version = readVersion(config);
    const task = target.path.slice('/v1'.length);
    if (isUndated(version) || baseUrl.endsWith('/openai/v1')) {
      if (operation === 'realtime') return joinUrl(baseUrl, '/openai/v1/realtime') + target.search;
      return v1Operations.has(operation) ? joinUrl(baseUrl, `/openai/v1${task}`) : undefined;
    }
    const search = `?api-version=${encodeURIComponent(version)}`;
    if (operation === 'realtime')
      return `${joinUrl(baseUrl, '/openai/realtime')}${search}&deployment=${encodeURIComponent(toDeployment(target))}`;
    // The one task of the dated line that names its deployment in the body.
    if (operation === 'responses') return joinUrl(baseUrl, '/openai/responses') + search;
    if (!deploymentOperations.has(operation)) return undefined;
    const call = `/${encodeURIComponent(toDeployment(target))}${task}${search}`;
    return isCloudflareGateway(baseUrl)
      ? baseUrl + call
      : joinUrl(baseUrl, '/openai/deployments') + call;
  },

  authorize: (key, config) => ({ 'api-key': key, ...authorizeGateway(config) }),
};

const deploymentOperations: ReadonlySet<Operation> = new Set<Operation>([
  'chat',
  'completions',
  'embeddings',
  'image-generation',
  'image-edit',
  'speech',
  'transcription',
  'translation',
]);

const v1Operations: ReadonlySet<Operation> = new Set<Operation>([
  ...deploymentOperations,
  'responses',
  'moderations',
]);

function readVersion(config: Readonly<Record<string, unknown>>): string {
  return readConfigText(config, 'api_version') || defaultVersion;
}

function isUndated(version: string): boolean {
  return version === 'v1' || version === 'preview';
}

/**
 * Deployments could not have dots in their names once, so that `gpt-3.5-turbo` is deployed as `gpt-35-turbo`.
 * Config `keep_deployment_dots` is for accounts that have them; those for pictures always did.
 */
function toDeployment({ operation, model, config }: UpstreamTarget): string {
  const keepsDots = config['keep_deployment_dots'] === true || operation.startsWith('image-');
  return keepsDots ? model : model.replaceAll('.', '');
}
