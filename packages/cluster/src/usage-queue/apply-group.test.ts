import { describe, expect, it } from '@jest/globals';
import type { UsageBatch } from '@turnpike/core';
import { makeUsageEvent } from '@turnpike/core/testing';
import { ApplyGroup } from './apply-group.ts';

function openGroup(
  apply: (ids: string[]) => Promise<void> = () => Promise.resolve(),
  lingerMs = 0,
) {
  const groups: string[][] = [];
  const group = new ApplyGroup({
    maxBatches: 4,
    maxEvents: 10,
    lingerMs,
    async apply(batches) {
      const ids = batches.map(({ id }) => id);
      groups.push(ids);
      await apply(ids);
    },
  });
  return { group, groups };
}

function makeBatch(id: string, count = 1): UsageBatch {
  return { v: 1, id, nodeId: 'a', events: Array.from({ length: count }, () => makeUsageEvent()) };
}

describe('ApplyGroup', () => {
  it('applies together what came together, within its limits', async () => {
    const { group, groups } = openGroup();
    const sizes = [1, 1, 1, 1, 1, 6, 6, 30, 1];
    await Promise.all(sizes.map((size, index) => group.add(makeBatch(String(index), size))));
    expect(groups).toEqual([['0', '1', '2', '3'], ['4', '5'], ['6'], ['7'], ['8']]);
  });

  it('waits for more where one group follows the other, but not for a full one', async () => {
    const { group, groups } = openGroup(undefined, 50);
    await group.add(makeBatch('first'));
    const alone = group.add(makeBatch('a'));
    await new Promise(setImmediate);
    expect(groups).toEqual([['first']]);
    await Promise.all([alone, ...['b', 'c', 'd'].map((id) => group.add(makeBatch(id)))]);
    expect(groups).toEqual([['first'], ['a', 'b', 'c', 'd']]);
    await group.add(makeBatch('e'));
    expect(groups.at(-1)).toEqual(['e']);
  });

  it('fails everything that waits when a group fails, and starts afresh', async () => {
    let isUp = false;
    const { group, groups } = openGroup(() =>
      isUp ? Promise.resolve() : Promise.reject(new Error('away')),
    );
    const results = await Promise.allSettled(
      Array.from({ length: 9 }, (_, index) => group.add(makeBatch(String(index)))),
    );
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(groups).toHaveLength(1);
    isUp = true;
    await group.add(makeBatch('again'));
    expect(groups).toHaveLength(2);
  });
});
