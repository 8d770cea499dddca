import type { JsonRecord, Usage } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import { asObject, asObjects, parseJson } from '../../wire/json-object.ts';
import type { JsonProbe } from '../../wire/json-probe.ts';
import { readUsage } from '../openai-chat/read-usage.ts';

/** Reads the usage of a response: its figures, and the searches of the web that are among its items. */
export function readResponsesUsage(response: JsonRecord, dialect: Dialect): Usage | undefined {
  const usage = (dialect.readUsage ?? readUsage)(response);
  if (usage === undefined || usage.webSearches !== undefined) return usage;
  const webSearches = countWebSearches(response['output']);
  return webSearches === 0 ? usage : { ...usage, webSearches };
}

/** The items of a whole answer, where a search is among them: all others are not worth parsing for a figure. */
export function readSearchItems(probe: JsonProbe): { output?: unknown } {
  const member = probe.last('output');
  if (member?.kind !== 'array') return {};
  const items = probe.body.subarray(member.valueStart, member.valueEnd);
  return items.includes('web_search_call') ? { output: parseJson(items.toString('utf8')) } : {};
}

/** To open a page that was found, or to look for a word in it, is no search. */
function countWebSearches(output: unknown): number {
  return asObjects(output).filter(({ type, status, action }) => {
    const did = asObject(action)?.['type'] ?? 'search';
    return type === 'web_search_call' && status !== 'failed' && did === 'search';
  }).length;
}
