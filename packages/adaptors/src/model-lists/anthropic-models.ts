import type { ModelListQuery } from '@turnpike/core';
import { readMember, readWords } from '../balances/read-amount.ts';
import type { Provider } from '../codec.ts';
import { cutTrailingSlash } from '../providers/join-url.ts';
import { joinPath } from '../providers/openai-wire.ts';
import { baseUrlOf, MAX_PAGES, missingList, readNames } from './read-names.ts';

/** Anthropic's list, page by page. @see https://docs.anthropic.com/en/api/models-list */
export function queryAnthropicModels(provider: Provider): ModelListQuery {
  return function* (account) {
    const { key, config } = account;
    const address = joinPath(cutTrailingSlash(baseUrlOf(account, provider)), '/v1/models');
    const headers = { ...provider.dialect.headers, ...provider.authorize(key, config) };
    const models: string[] = [];
    let after = '';
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const search = after === '' ? '' : `&after_id=${encodeURIComponent(after)}`;
      const body = yield { url: `${address}?limit=1000${search}`, headers };
      const names = readNames(body, 'data', 'id');
      if (names === undefined) return missingList('data');
      models.push(...names);
      after = readWords(body, 'last_id');
      if (readMember(body, 'has_more') !== true || after === '') break;
    }
    return { models };
  };
}
