import type { ModelListAnswer, ModelListQuery } from '@turnpike/core';
import type { Provider } from '../codec.ts';
import { baseUrlOf, missingList, noBaseUrl, readNames } from './read-names.ts';

const isOneEndpoint: ModelListAnswer = {
  problem: 'the base URL is the address of one endpoint; there is no list of models beside it',
};

/** `GET /v1/models`, wherever the provider has it, as OpenAI and nearly everybody else answers it. */
export function queryOpenAiModels(provider: Provider): ModelListQuery {
  return function* (account) {
    const { key, config } = account;
    const baseUrl = baseUrlOf(account, provider);
    if (baseUrl === '') return noBaseUrl;
    const url = provider.url({
      ...{ baseUrl, config, key, model: '', search: '', isStream: false },
      operation: 'chat',
      path: '/v1/models',
    });
    if (!url?.endsWith('/models')) return isOneEndpoint;
    const body = yield { url, headers: provider.authorize(key, config) };
    // together.ai answers the bare list.
    const models = readNames(body, Array.isArray(body) ? '' : 'data', 'id');
    return models === undefined ? missingList('data') : { models };
  };
}
