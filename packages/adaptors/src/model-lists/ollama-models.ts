import type { ModelListQuery } from '@turnpike/core';
import type { Provider } from '../codec.ts';
import { joinUrl } from '../providers/join-url.ts';
import { baseUrlOf, missingList, readNames } from './read-names.ts';

/** What an Ollama server has on its disk. @see https://docs.ollama.com/api/tags */
export function queryOllamaModels(provider: Provider): ModelListQuery {
  return function* (account) {
    const { key, config } = account;
    const url = joinUrl(baseUrlOf(account, provider), '/api/tags');
    const body = yield { url, headers: provider.authorize(key, config) };
    const models = readNames(body, 'models', 'name');
    return models === undefined ? missingList('models') : { models };
  };
}
