import type { ModelListQuery } from '@turnpike/core';
import type { Provider } from '../codec.ts';
import { cutTrailingSlash, joinUrl } from '../providers/join-url.ts';
import { baseUrlOf, missingList, noBaseUrl, readNames } from './read-names.ts';

/**
 * The models that an Azure resource may deploy. Which of them are deployed, and under what names, Azure tells only to its
 * own portal's kind of login.
 *
 * @see https://learn.microsoft.com/rest/api/azureopenai/models/list
 */
export function queryAzureModels(provider: Provider): ModelListQuery {
  return function* (account) {
    const { key, config } = account;
    const baseUrl = cutTrailingSlash(baseUrlOf(account, provider));
    if (baseUrl === '') return noBaseUrl;
    const isUndated = baseUrl.endsWith('/openai/v1');
    const url = isUndated
      ? `${baseUrl}/models`
      : `${joinUrl(baseUrl, '/openai/models')}?api-version=2024-10-21`;
    const body = yield { url, headers: provider.authorize(key, config) };
    const models = readNames(body, 'data', 'id');
    return models === undefined ? missingList('data') : { models };
  };
}
