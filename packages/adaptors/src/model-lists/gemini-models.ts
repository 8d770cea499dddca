import type { ModelListQuery } from '@turnpike/core';
import { readWords } from '../balances/read-amount.ts';
import type { Provider } from '../codec.ts';
import { cutTrailingSlash, joinUrl } from '../providers/join-url.ts';
import { readConfigText } from '../providers/read-config-text.ts';
import { baseUrlOf, MAX_PAGES, missingList, readNames } from './read-names.ts';

/** Google's list, page by page; names without their `models/`. @see https://ai.google.dev/api/models */
export function queryGeminiModels(provider: Provider): ModelListQuery {
  return function* (account) {
    const { key, config } = account;
    const version = readConfigText(config, 'api_version') || 'v1beta';
    const base = cutTrailingSlash(baseUrlOf(account, provider));
    const address = joinUrl(base, `/${version}/models`);
    const headers = provider.authorize(key, config);
    const models: string[] = [];
    let next = '';
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const search = next === '' ? '' : `&pageToken=${encodeURIComponent(next)}`;
      const body = yield { url: `${address}?pageSize=1000${search}`, headers };
      const names = readNames(body, 'models', 'name');
      if (names === undefined) return missingList('models');
      models.push(...names.map((name) => name.replace(/^models\//, '')));
      next = readWords(body, 'nextPageToken');
      if (next === '') break;
    }
    return { models };
  };
}
