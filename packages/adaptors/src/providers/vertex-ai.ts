import type { Dialect, Provider, UpstreamTarget } from '../codec.ts';
import { modelFactsOf } from '../families/gemini/model-facts.ts';
import { getChannelType } from './channel-types.ts';
import { geminiMethodOf, pathOfModel } from './gemini-address.ts';
import { cutTrailingSlash } from './join-url.ts';
import { readVertexAccount, regionOf } from './vertex-account.ts';
import { createTokenCall } from './vertex-credentials.ts';

const { id: channelType, defaultBaseUrl, ownedBy, defaultModels } = getChannelType(42);

const geminiDialect: Dialect = {
  streamUsage: 'always',
  gemini: {
    hasCallIds: false,
    takesUrls: true,
    tierHeader: 'x-vertex-ai-llm-shared-request-type',
  },
};

/** The model stands in the address; a version stands in for the header. */
const claudeDialect: Dialect = {
  streamUsage: 'always',
  deleteMembers: ['model'],
  defaultMembers: [{ key: 'anthropic_version', json: '"vertex-2023-10-16"' }],
};

/** Its way to count tokens names the model in the body. */
const claudeCountDialect: Dialect = { streamUsage: 'never' };

const openDialect: Dialect = { streamUsage: 'on-request' };

/** Google Vertex AI: Gemini, Claude, Mistral, and the open models behind its OpenAI-compatible address. */
export const vertexAi: Provider = {
  id: 'vertex-ai',
  channelType,
  displayName: 'Vertex AI',
  defaultBaseUrl,
  ownedBy,
  defaultModels,
  dialect: geminiDialect,

  dialectFor({ operation }) {
    if (operation === 'messages') return claudeDialect;
    if (operation === 'count-message-tokens') return claudeCountDialect;
    return operation === 'chat' ? openDialect : geminiDialect;
  },

  url(target) {
    const call = callOf(target);
    const account = readVertexAccount(target.key ?? '', target.config);
    const { project } = account;
    if (call === undefined) return undefined;
    const region = regionOf(account.region, target.model);
    const base = cutTrailingSlash(target.baseUrl) || `https://${hostOf(region)}`;
    if (project !== '') return `${base}/v1/projects/${project}/locations/${region}${call}`;
    // Express mode: a key alone, without project and region, for Google's own models.
    const isExpress = account.keyFile === undefined && (target.key ?? '') !== '';
    if (!isExpress || !call.startsWith('/publishers/google/')) return undefined;
    return `${cutTrailingSlash(target.baseUrl) || 'https://aiplatform.googleapis.com'}/v1${call}`;
  },

  authorize(key, config): Record<string, string> {
    if (key === '') return {};
    // Without a key file no token was fetched: the key is an API key.
    const hasToken = key.startsWith('ya29.') || readVertexAccount('', config).keyFile !== undefined;
    return hasToken ? { authorization: `Bearer ${key}` } : { 'x-goog-api-key': key };
  },

  credentialCall(key, config, now) {
    const { keyFile } = readVertexAccount(key, config);
    return keyFile && createTokenCall(keyFile, now);
  },

  // Claude's signatures are good wherever Claude runs.
  stateScope: (family, model) =>
    family === 'gemini' ? `gemini/${modelFactsOf(model).generation}` : family,
};

function hostOf(region: string): string {
  if (region === 'global') return 'aiplatform.googleapis.com';
  if (region === 'us' || region === 'eu') return `aiplatform.${region}.rep.googleapis.com`;
  return `${region}-aiplatform.googleapis.com`;
}

/** What is called behind project and region; which publisher it is of, the model's name says. */
function callOf({ operation, model, isStream }: UpstreamTarget): string | undefined {
  if (model.startsWith('endpoints/')) {
    const method = geminiMethodOf(operation, isStream);
    return method === undefined ? undefined : `/${pathOfModel(model)}${method}`;
  }
  if (model.includes('claude')) {
    if (operation === 'count-message-tokens')
      return '/publishers/anthropic/models/count-tokens:rawPredict';
    return operation === 'messages'
      ? `/publishers/anthropic/models/${pathOfModel(toVertexClaude(model))}${rawMethod(isStream)}`
      : undefined;
  }
  if (model.includes('/'))
    return operation === 'chat' ? '/endpoints/openapi/chat/completions' : undefined;
  if (/^(mistral|codestral)/.test(model)) {
    return operation === 'chat'
      ? `/publishers/mistralai/models/${pathOfModel(model)}${rawMethod(isStream)}`
      : undefined;
  }
  return callOfGoogle(operation, model, isStream);
}

function callOfGoogle(
  operation: UpstreamTarget['operation'],
  model: string,
  isStream: boolean,
): string | undefined {
  const path = `/publishers/google/models/${pathOfModel(model)}`;
  const isEmbedding = model.includes('embedding');
  if (operation === 'embeddings') return isEmbedding ? `${path}:predict` : undefined;
  // Batches are for the Gemini API, and single contents for the newest line.
  if (operation === 'batch-embed-contents') return undefined;
  if (operation === 'embed-content' && !model.startsWith('gemini-embedding-2')) return undefined;
  const method = geminiMethodOf(operation, isStream);
  return method === undefined ? undefined : path + method;
}

function rawMethod(isStream: boolean): string {
  return isStream ? ':streamRawPredict' : ':rawPredict';
}

/** Anthropic's names end with a date, which stands behind an @ here; one model has a second version besides. */
function toVertexClaude(model: string): string {
  if (model === 'claude-3-5-sonnet-20241022') return 'claude-3-5-sonnet-v2@20241022';
  return model.replace(/-(\d{8})$/, '@$1');
}
