import type { Operation } from '@turnpike/core';
import type { UpstreamTarget } from '../codec.ts';
import { defineOpenAiWire, keepPath } from './openai-wire.ts';

/**
 * A server of the operator's choice. Its base URL is a base as usual, or the whole address of one endpoint: one that
 * ends like an endpoint or has `{model}` in it.
 */
export const custom = defineOpenAiWire(8, {
  id: 'custom',
  displayName: 'Custom',
  url(target) {
    const { baseUrl, operation } = target;
    const endpoint = findEndpoint(baseUrl);
    if (endpoint === undefined && !baseUrl.includes('{model}')) return keepPath(target);
    return endpoint === undefined || endpoint === operation ? toAddress(target) : undefined;
  },
});

/** The first that fits counts, so that longer endings come before those that end alike. */
const endpoints: readonly (readonly [ending: string, operation: Operation])[] = [
  ['/chat/completions', 'chat'],
  ['/completions', 'completions'],
  ['/embeddings', 'embeddings'],
  ['/moderations', 'moderations'],
  ['/responses', 'responses'],
  ['/images/generations', 'image-generation'],
  ['/images/edits', 'image-edit'],
  ['/images/variations', 'image-variation'],
  ['/edits', 'edits'],
  ['/audio/speech', 'speech'],
  ['/audio/transcriptions', 'transcription'],
  ['/audio/translations', 'translation'],
];

function findEndpoint(baseUrl: string): Operation | undefined {
  const query = baseUrl.indexOf('?');
  const path = query === -1 ? baseUrl : baseUrl.slice(0, query);
  return endpoints.find(([ending]) => path.endsWith(ending))?.[1];
}

function toAddress({ baseUrl, model, search }: UpstreamTarget): string {
  // Slashes are part of many names; nothing else of a name may change the address.
  const name = model.split('/').map(encodeURIComponent).join('/');
  const address = baseUrl.replaceAll('{model}', () => name);
  return address.includes('?') && search !== ''
    ? `${address}&${search.slice(1)}`
    : address + search;
}
