import { describe, expect, it } from '@jest/globals';
import type { UpstreamTarget } from '../codec.ts';
import { custom } from './custom.ts';

function urlOf(baseUrl: string, changes: Partial<UpstreamTarget> = {}): string | undefined {
  return custom.url({
    baseUrl,
    operation: 'chat',
    path: '/v1/chat/completions',
    search: '',
    model: 'meta/llama-3',
    isStream: false,
    config: {},
    ...changes,
  });
}

describe('a custom channel', () => {
  it.each([
    ['https://h.example', 'https://h.example/v1/chat/completions?a=1'],
    ['https://h.example/x/chat/completions', 'https://h.example/x/chat/completions?a=1'],
    ['https://h.example/run/{model}', 'https://h.example/run/meta/llama-3?a=1'],
    [
      'https://h.example/{model}/chat/completions?v=2',
      'https://h.example/meta/llama-3/chat/completions?v=2&a=1',
    ],
  ])('reads %s as its operator meant it', (baseUrl, expected) => {
    expect(urlOf(baseUrl, { search: '?a=1' })).toBe(expected);
  });

  it('lets no name change the address', () => {
    expect(urlOf('https://h.example/run/{model}', { model: 'a?b#c $& d' })).toBe(
      'https://h.example/run/a%3Fb%23c%20%24%26%20d',
    );
  });

  it('offers no other operation than that of its endpoint', () => {
    const changes = { operation: 'embeddings', path: '/v1/embeddings' } as const;
    expect(urlOf('https://h.example/v1/chat/completions', changes)).toBeUndefined();
    expect(urlOf('https://h.example/v1/embeddings', changes)).toBe(
      'https://h.example/v1/embeddings',
    );
  });

  it('tells completions from chat completions, and edits from edits of pictures', () => {
    expect(urlOf('https://h.example/v1/completions')).toBeUndefined();
    const changes = { operation: 'edits', path: '/v1/edits' } as const;
    expect(urlOf('https://h.example/v1/images/edits', changes)).toBeUndefined();
    expect(urlOf('https://h.example/v1/edits', changes)).toBe('https://h.example/v1/edits');
  });
});
