import { describe, expect, it } from '@jest/globals';
import { RequestWindows } from './request-windows.ts';

const MINUTE = 60_000;

describe('RequestWindows', () => {
  it('lets a request in again exactly when it said', () => {
    const windows = new RequestWindows();
    const limits = { requestsPerMinute: 4 };
    let now = 10 * MINUTE + 15_000;
    for (let count = 0; count < 4; count += 1) windows.count(0, now);
    const refusal = windows.refuse(limits, 0, 0, now);
    // Three of four may be left: a quarter of the next minute has to pass.
    expect(refusal).toEqual({ kind: 'requests', limit: 4, retryAfterMs: 45_000 + 15_000 });
    now += 60_000;
    expect(windows.refuse(limits, 0, 0, now - 1)).toMatchObject({ retryAfterMs: 1 });
    expect(windows.refuse(limits, 0, 0, now)).toBeUndefined();
  });

  it('says how long the minute before has to fade', () => {
    const windows = new RequestWindows();
    windows.count(100, MINUTE);
    const limits = { tokensPerMinute: 100 };
    expect(windows.refuse(limits, 0, 40, 2 * MINUTE)).toMatchObject({
      kind: 'tokens',
      retryAfterMs: 24_000,
    });
    expect(windows.refuse(limits, 0, 40, 2 * MINUTE + 24_000)).toBeUndefined();
  });

  it('forgets what is older than the minute before', () => {
    const windows = new RequestWindows();
    windows.count(100, MINUTE);
    expect(windows.refuse({ tokensPerMinute: 100 }, 0, 100, 3 * MINUTE)).toBeUndefined();
  });

  it('takes back what was estimated too high where it was counted, and counts more now', () => {
    const windows = new RequestWindows();
    const limits = { tokensPerMinute: 100 };
    windows.count(100, MINUTE);
    windows.correct(-60, MINUTE, 2 * MINUTE);
    expect(windows.refuse(limits, 0, 60, 2 * MINUTE)).toBeUndefined();
    expect(windows.refuse(limits, 0, 61, 2 * MINUTE)).toBeDefined();
    windows.correct(-50, MINUTE, 4 * MINUTE);
    windows.correct(70, MINUTE, 4 * MINUTE);
    expect(windows.refuse(limits, 0, 30, 4 * MINUTE)).toBeUndefined();
    expect(windows.refuse(limits, 0, 31, 4 * MINUTE)).toBeDefined();
  });
});
