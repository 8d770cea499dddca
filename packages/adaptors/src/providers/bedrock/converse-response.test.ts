import { describe, expect, it } from '@jest/globals';
import { readMessagesUsage } from '../../families/anthropic/read-usage.ts';
import { toMessageUsage } from './converse-response.ts';

describe('usage of Converse', () => {
  it('says what was written to the cache, and how much of it is kept for an hour', () => {
    const converse = {
      inputTokens: 10,
      outputTokens: 5,
      cacheReadInputTokens: 20,
      cacheWriteInputTokens: 300,
      cacheDetails: [
        { ttl: '1h', inputTokens: 200 },
        { ttl: '5m', inputTokens: 100 },
      ],
    };
    const usage = toMessageUsage(converse);
    expect(readMessagesUsage({ usage })?.input).toEqual({
      uncached: 10,
      cacheRead: 20,
      cacheWrite: 300,
      cacheWriteHour: 200,
    });
  });

  it('is all for minutes where nothing is said of an hour', () => {
    const usage = toMessageUsage({ inputTokens: 10, outputTokens: 5, cacheWriteInputTokens: 300 });
    expect(readMessagesUsage({ usage })?.input).toEqual({
      uncached: 10,
      cacheRead: 0,
      cacheWrite: 300,
    });
  });
});
