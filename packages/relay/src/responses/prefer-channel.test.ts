import { describe, expect, it } from '@jest/globals';
import type { ChannelPlan } from '../pipeline/plan.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import { preferChannel } from './prefer-channel.ts';

function makePlan(ids: readonly number[]): ChannelPlan {
  const channels = ids.map((id) => ({ id }) as RelayChannel);
  return { next: () => channels.shift() } as unknown as ChannelPlan;
}

function draw(plan: ChannelPlan): number[] {
  const ids: number[] = [];
  for (let channel = plan.next(); channel !== undefined; channel = plan.next())
    ids.push(channel.id);
  return ids;
}

describe('preferChannel', () => {
  it.each([
    [[1, 2, 3], 2, [2, 1, 3]],
    [[1, 2, 3], 1, [1, 2, 3]],
    [[1, 2, 3], 3, [3, 1, 2]],
    [[1, 2, 3], 9, [1, 2, 3]],
    [[], 1, []],
  ])('draws from %j with %i first: %j', (ids, preferred, expected) => {
    const plan = preferChannel(makePlan(ids), preferred);
    expect(draw(plan)).toEqual(expected);
    expect(plan.next()).toBeUndefined();
  });
});
