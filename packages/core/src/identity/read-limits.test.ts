import { describe, expect, it } from '@jest/globals';
import { findLimitProblem, readLimits } from './read-limits.ts';

describe('readLimits', () => {
  it('reads what is limited, and leaves 0 and nonsense out', () => {
    expect(readLimits({ requests_per_minute: 60, tokens_per_minute: 0, concurrency: 4 })).toEqual({
      requestsPerMinute: 60,
      concurrency: 4,
    });
    expect(readLimits({ requests_per_minute: -1, tokens_per_minute: '5', other: 1 })).toBe(
      undefined,
    );
    for (const value of [undefined, null, [], 'x', 5]) expect(readLimits(value)).toBe(undefined);
  });
});

describe('findLimitProblem', () => {
  it.each([
    [{ requests_per_minute: 60 }, undefined],
    [{ concurrency: 0 }, undefined],
    [{ rpm: 60 }, "'rpm' is no limit"],
    [{ tokens_per_minute: 1.5 }, "'tokens_per_minute' must be a whole number"],
    [{ concurrency: '4' }, "'concurrency' must be a whole number"],
    [[], 'expected an object'],
    [null, 'expected an object'],
  ])('says of %j: %s', (value, problem) => {
    const found = findLimitProblem(value);
    if (problem === undefined) expect(found).toBe(undefined);
    else expect(found).toContain(problem);
  });
});
