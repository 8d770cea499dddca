import { describe, expect, it } from '@jest/globals';
import { waitUntil } from '@turnpike/core/testing';
import { LocalPause } from './local-pause.ts';

function openPause(): { pause: LocalPause; calls: string[] } {
  const calls: string[] = [];
  const pause = new LocalPause({
    pause: () => Promise.resolve(void calls.push('pause')),
    resume: () => Promise.resolve(void calls.push('resume')),
  });
  return { pause, calls };
}

describe('LocalPause', () => {
  it('doubles from 100 ms up to 30 s', () => {
    expect([1, 2, 3, 9, 10, 50].map((count) => LocalPause.lengthOf(count))).toEqual([
      100, 200, 400, 25_600, 30_000, 30_000,
    ]);
  });

  it('pauses once for all that failed together, and resumes by itself', async () => {
    const { pause, calls } = openPause();
    expect([pause.failed(), pause.failed()]).toEqual([100, 0]);
    expect(calls).toEqual(['pause']);
    await waitUntil(() => calls.length === 2);
    expect(calls).toEqual(['pause', 'resume']);
    expect(pause.failed()).toBe(200);
    pause.succeeded();
    expect(pause.failed()).toBe(100);
    pause.stop();
  });

  it('neither pauses nor resumes once it is stopped', () => {
    const { pause, calls } = openPause();
    pause.stop();
    expect(pause.failed()).toBe(0);
    expect(calls).toEqual([]);
  });
});
