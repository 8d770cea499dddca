import { describe, expect, it } from '@jest/globals';
import type { Operation } from '@turnpike/core';
import type { UpstreamTarget } from '../codec.ts';
import { gemini, palm } from './gemini.ts';

function urlOf(changes: Partial<UpstreamTarget> = {}, provider = gemini): string | undefined {
  return provider.url({
    baseUrl: provider.defaultBaseUrl,
    operation: 'generate-content',
    path: '/v1beta/models/client-name:generateContent',
    search: '?key=sk-clients-own&alt=json',
    model: 'gemini-2.5-flash',
    isStream: false,
    config: {},
    ...changes,
  });
}

const host = 'https://generativelanguage.googleapis.com';

describe('addresses of Gemini', () => {
  it.each<[Partial<UpstreamTarget>, string]>([
    [{}, `${host}/v1beta/models/gemini-2.5-flash:generateContent`],
    [{ isStream: true }, `${host}/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse`],
    [{ config: { api_version: 'v1' } }, `${host}/v1/models/gemini-2.5-flash:generateContent`],
    [{ model: 'tunedModels/a b' }, `${host}/v1beta/tunedModels/a%20b:generateContent`],
    [{ operation: 'count-content-tokens' }, `${host}/v1beta/models/gemini-2.5-flash:countTokens`],
    [
      { operation: 'batch-embed-contents', model: 'gemini-embedding-001' },
      `${host}/v1beta/models/gemini-embedding-001:batchEmbedContents`,
    ],
    [
      { baseUrl: 'https://proxy.example/v1beta/' },
      'https://proxy.example/v1beta/models/gemini-2.5-flash:generateContent',
    ],
  ])('of %j: never with the query of the client', (changes, expected) => {
    expect(urlOf(changes)).toBe(expected);
  });

  it.each<Operation>(['chat', 'messages', 'embeddings', 'speech'])(
    'has none for %s',
    (operation) => {
      expect(urlOf({ operation })).toBeUndefined();
    },
  );

  it('keeps what a model is called from changing the address', () => {
    expect(urlOf({ model: '../x?y#z' })).toBe(`${host}/v1beta/../x%3Fy%23z:generateContent`);
  });

  it('sends the key as a header', () => {
    expect(gemini.authorize('K', {})).toEqual({ 'x-goog-api-key': 'K' });
  });

  it('lets channels of PaLM go on with Gemini, without the models that are gone', () => {
    expect(urlOf({}, palm)).toBe(`${host}/v1beta/models/gemini-2.5-flash:generateContent`);
    expect(urlOf({ model: 'PaLM-2' }, palm)).toBeUndefined();
    expect(urlOf({ model: 'chat-bison-001' }, palm)).toBeUndefined();
  });
});
