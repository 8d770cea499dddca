import { describe, expect, it } from '@jest/globals';
import { RestartPace } from './restart-pace.ts';

describe('RestartPace', () => {
  it('replaces a process at once, and waits longer each time where it cannot start', () => {
    const pace = new RestartPace();
    expect([1, 2, 3, 4].map(() => pace.next(5))).toEqual([0, 100, 200, 400]);
  });

  it('never waits longer than half a minute', () => {
    const pace = new RestartPace();
    for (let n = 0; n < 40; n += 1) pace.next(0);
    expect(pace.next(0)).toBe(30_000);
  });

  it('forgets failures after a long life', () => {
    const pace = new RestartPace();
    for (let n = 0; n < 5; n += 1) pace.next(0);
    expect(pace.next(60_000)).toBe(0);
  });
});
