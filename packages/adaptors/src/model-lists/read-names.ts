import type { ModelListAccount, ModelListAnswer } from '@turnpike/core';
import { readMember } from '../balances/read-amount.ts';
import type { Provider } from '../codec.ts';

/** More pages than any provider has; then something goes round in circles. */
export const MAX_PAGES = 20;

/** The names in a list of objects; undefined where there is no list. */
export function readNames(
  body: unknown,
  list: string,
  member: string,
): readonly string[] | undefined {
  const items = list === '' ? body : readMember(body, list);
  if (!Array.isArray(items)) return undefined;
  return items.map((item) => readMember(item, member)).filter((name) => typeof name === 'string');
}

export function missingList(list: string): ModelListAnswer {
  return { problem: `the answer has no list ${list}` };
}

/** Where the account is: its own base URL, or the provider's. Empty where it has neither. */
export function baseUrlOf({ baseUrl }: ModelListAccount, provider: Provider): string {
  return baseUrl === '' ? provider.defaultBaseUrl : baseUrl;
}

export const noBaseUrl: ModelListAnswer = { problem: 'the channel has no base URL' };
