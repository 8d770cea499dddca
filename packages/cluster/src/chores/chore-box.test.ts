import { describe, expect, it } from '@jest/globals';
import type { Chore } from '@turnpike/core';
import { ChoreBox } from './chore-box.ts';

const hydrate = (userIds: number[], apiTokenIds: number[] = []): Chore => ({
  kind: 'hydrate',
  userIds,
  apiTokenIds,
});
const failure = (channelId: number, reason = 'bad key'): Chore => ({
  kind: 'channel-failure',
  report: { channelId, channelName: 'c', reason },
});

function open() {
  const time = { now: 0 };
  return { time, box: new ChoreBox({ clock: { now: () => time.now } }) };
}

describe('ChoreBox', () => {
  it('makes one chore of all accounts that are asked for', () => {
    const { box } = open();
    box.add(hydrate([1], [10]));
    box.add(hydrate([2, 1], [11]));
    expect(box.take()).toEqual([hydrate([1, 2], [10, 11])]);
    expect(box.take()).toEqual([]);
  });

  it('asks the same within a second once, and later again', () => {
    const { box, time } = open();
    const asked: Chore[] = [hydrate([]), hydrate([1]), failure(3)];
    for (const chore of asked) box.add(chore);
    expect(box.take()).toEqual(asked);

    time.now = 999;
    for (const chore of asked) expect(box.add(chore)).toBe(true);
    expect(box.take()).toEqual([]);
    time.now = 1000;
    for (const chore of asked) box.add(chore);
    expect(box.take()).toEqual(asked);
  });

  it('keeps chores of several accounts to a size', () => {
    const { box } = open();
    box.add(hydrate(Array.from({ length: 1200 }, (_, n) => n)));
    const sizes = box.take().map((chore) => (chore as Chore & { kind: 'hydrate' }).userIds.length);
    expect(sizes).toEqual([500, 500, 200]);
  });

  it('has room for so many and no more', () => {
    const { box } = open();
    for (let id = 0; id < 10_000; id += 1) expect(box.add(failure(id))).toBe(true);
    expect(box.add(failure(10_000))).toBe(false);
    expect(box.add(hydrate([1]))).toBe(true);
  });
});
