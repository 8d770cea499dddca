import { describe, expect, it } from '@jest/globals';
import { formatDuration, rateLimitHeaders } from './rate-limit-headers.ts';

describe('x-ratelimit headers', () => {
  it('tell each kind of limit that there is', () => {
    const requests = { limit: 60, remaining: 59, resetMs: 61_500 };

    expect(
      rateLimitHeaders({ requests, tokens: { limit: 9, remaining: 0, resetMs: 0 } }, 'openai', 0),
    ).toEqual([
      ...['x-ratelimit-limit-requests', '60', 'x-ratelimit-remaining-requests', '59'],
      ...['x-ratelimit-reset-requests', '1m1.5s'],
      ...['x-ratelimit-limit-tokens', '9', 'x-ratelimit-remaining-tokens', '0'],
      ...['x-ratelimit-reset-tokens', '0ms'],
    ]);
    expect(
      rateLimitHeaders({ requests }, 'gemini', 0).filter((text) => text.includes('tokens')),
    ).toEqual([]);
    expect(rateLimitHeaders(undefined, 'openai', 0)).toEqual([]);
  });

  it('speak to clients of Anthropic in their words', () => {
    const requests = { limit: 60, remaining: 59, resetMs: 61_500 };

    expect(rateLimitHeaders({ requests }, 'anthropic', 1_700_000_000_000)).toEqual([
      ...['anthropic-ratelimit-requests-limit', '60'],
      ...['anthropic-ratelimit-requests-remaining', '59'],
      ...['anthropic-ratelimit-requests-reset', '2023-11-14T22:14:21.500Z'],
    ]);
  });

  it.each([
    [0, '0ms'],
    [119.2, '120ms'],
    [8640, '8.64s'],
    [60_000, '1m0s'],
    [119_999, '1m59.999s'],
  ])('write %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
