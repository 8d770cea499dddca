import type { ModelListQuery } from '@turnpike/core';
import { readWords } from '../balances/read-amount.ts';
import type { Provider } from '../codec.ts';
import { joinUrl } from '../providers/join-url.ts';
import { baseUrlOf, MAX_PAGES, missingList, readNames } from './read-names.ts';

/** Cohere's list, page by page; it is of version 1 still. @see https://docs.cohere.com/reference/list-models */
export function queryCohereModels(provider: Provider): ModelListQuery {
  return function* (account) {
    const { key, config } = account;
    const address = joinUrl(baseUrlOf(account, provider).replace(/\/v2\/?$/, ''), '/v1/models');
    const headers = provider.authorize(key, config);
    const models: string[] = [];
    let next = '';
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const search = next === '' ? '' : `&page_token=${encodeURIComponent(next)}`;
      const body = yield { url: `${address}?page_size=1000${search}`, headers };
      const names = readNames(body, 'models', 'name');
      if (names === undefined) return missingList('models');
      models.push(...names);
      next = readWords(body, 'next_page_token');
      if (next === '') break;
    }
    return { models };
  };
}
