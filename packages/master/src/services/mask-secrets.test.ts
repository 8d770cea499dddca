import { describe, expect, it } from '@jest/globals';
import { maskSecrets } from './mask-secrets.ts';

describe('maskSecrets', () => {
  it.each([
    [{ key: 'anything' }, { key: '[masked]' }],
    [
      { key: 'changed', password: 'changed' },
      { key: 'changed', password: 'changed' },
    ],
    [{ key: { from: 'a', to: 'b' } }, { key: '[masked]' }],
    [
      { baseUrl: { from: '', to: 'https://me:pass@host/v1?api_key=abc&x=1' } },
      { baseUrl: { from: '', to: 'https://[masked]@host/v1?api_key=[masked]&x=1' } },
    ],
    [
      { list: ['use sk-abcdefghijkl', 'enc:v1:AAAA rest'] },
      { list: ['use [masked]', '[masked] rest'] },
    ],
    [
      { name: 'risk-assessment', apiTokenIds: [1], quota: 5, group: null },
      { name: 'risk-assessment', apiTokenIds: [1], quota: 5, group: null },
    ],
  ])('%p', (details, masked) => {
    expect(maskSecrets(details)).toEqual(masked);
  });
});
