import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { channelStatuses } from '../channel/channel.ts';
import { chooseChannels } from './choose-channels.ts';
import { createRouteIndex } from './route-index.ts';
import type { ChannelSnapshot } from '../config/config-snapshot.ts';

function makeChannel(fields: Partial<ChannelSnapshot> & { id: number }): ChannelSnapshot {
  return {
    type: 1,
    name: `channel ${fields.id}`,
    status: channelStatuses.enabled,
    sealedKey: '',
    baseUrl: '',
    models: ['m'],
    groups: ['default'],
    modelMapping: {},
    priority: 0,
    weight: 0,
    config: {},
    other: '',
    systemPrompt: '',
    ...fields,
  };
}

function indexOf(...channels: ChannelSnapshot[]): ReturnType<typeof createRouteIndex> {
  return createRouteIndex({ version: 1, channels, options: {} });
}

/** A draw that goes through the numbers given, then stays at the last. */
function sequence(...numbers: number[]): () => number {
  let index = 0;
  return () => numbers[Math.min(index++, numbers.length - 1)] ?? 0;
}

describe('createRouteIndex', () => {
  it('knows which channels serve a model in a group, best priority first', () => {
    const index = indexOf(
      makeChannel({ id: 1, priority: -1 }),
      makeChannel({ id: 2, priority: 10 }),
      makeChannel({ id: 3, priority: 10, groups: ['vip'] }),
      makeChannel({ id: 4, models: ['other'] }),
      makeChannel({ id: 5 }),
    );
    const tiers = index.tiersFor('default', 'm').map(({ priority, channels }) => ({
      priority,
      ids: channels.map(({ id }) => id),
    }));
    expect(tiers).toEqual([
      { priority: 10, ids: [2] },
      { priority: 0, ids: [5] },
      { priority: -1, ids: [1] },
    ]);
    expect(index.tiersFor('default', 'nothing')).toEqual([]);
    expect(index.tiersFor('nobody', 'm')).toEqual([]);
    expect(index.tiersFor('constructor', '__proto__')).toEqual([]);
  });

  it('leaves disabled channels out, but finds them by their id', () => {
    const index = indexOf(makeChannel({ id: 1, status: channelStatuses.autoDisabled }));
    expect(index.tiersFor('default', 'm')).toEqual([]);
    expect(index.modelsOf('default')).toEqual([]);
    expect(index.channelById(1)?.status).toBe(channelStatuses.autoDisabled);
    expect(index.channelById(2)).toBeUndefined();
  });

  it('takes lists as they are typed: spaces, repetitions, empty parts', () => {
    const index = indexOf(
      makeChannel({ id: 1, models: [' m ', 'm', '', ' '], groups: ['default', ' default', ''] }),
    );
    expect(index.modelsOf('default')).toEqual(['m']);
    expect(index.groups).toEqual(['default']);
    expect(index.tiersFor('default', 'm')[0]?.channels).toHaveLength(1);
  });

  it('lists the models of a group in the same order on every node', () => {
    const one = makeChannel({ id: 1, models: ['b', 'a'] });
    const two = makeChannel({ id: 2, models: ['C', 'a'] });
    expect(indexOf(one, two).modelsOf('default')).toEqual(['C', 'a', 'b']);
    expect(indexOf(two, one).modelsOf('default')).toEqual(['C', 'a', 'b']);
    expect(indexOf(one).modelsOf('nobody')).toEqual([]);
  });
});

describe('chooseChannels', () => {
  const tiersOf = (...channels: ChannelSnapshot[]) => indexOf(...channels).tiersFor('default', 'm');

  it('draws by weight, where 0 counts as 1', () => {
    const tiers = tiersOf(makeChannel({ id: 1 }), makeChannel({ id: 2, weight: 3 }));
    const draws = [0, 0.24, 0.26, 0.999].map(
      (point) => chooseChannels(tiers, () => point).next()?.id,
    );
    expect(draws).toEqual([1, 1, 2, 2]);
  });

  it('goes to the next tier when one is used up, and starts over when all were tried', () => {
    const tiers = tiersOf(
      makeChannel({ id: 1, priority: 5 }),
      makeChannel({ id: 2, priority: 5 }),
      makeChannel({ id: 3 }),
    );
    const draw = chooseChannels(tiers, sequence(0.9, 0));
    const ids = [draw.next(), draw.next()].map((channel) => channel?.id);
    expect(draw.isExhausted).toBe(false);
    ids.push(draw.next()?.id);
    expect(draw.isExhausted).toBe(true);
    ids.push(draw.next()?.id);
    expect(ids).toEqual([2, 1, 3, 1]);
    expect(draw.isExhausted).toBe(false);
  });

  it('never draws an excluded channel, also one that is excluded on the way', () => {
    const tiers = tiersOf(makeChannel({ id: 1 }), makeChannel({ id: 2 }), makeChannel({ id: 3 }));
    const excluded = new Set([1]);
    const draw = chooseChannels(tiers, () => 0, excluded);
    expect(draw.next()?.id).toBe(2);
    excluded.add(3);
    expect(draw.isExhausted).toBe(true);
    expect(draw.next()?.id).toBe(2);
    excluded.add(2);
    expect(draw.next()).toBeUndefined();
  });

  it('has nothing to draw where no channel serves the model', () => {
    expect(chooseChannels([], () => 0).next()).toBeUndefined();
    expect(chooseChannels([], () => 0).isExhausted).toBe(true);
  });

  it('draws each channel once before any twice, whatever chance says', () => {
    const channel = fc.record({
      priority: fc.integer({ min: -2, max: 2 }),
      weight: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(
        fc.array(channel, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        (list, chance) => {
          const tiers = tiersOf(
            ...list.map((fields, index) => makeChannel({ id: index + 1, ...fields })),
          );
          const draw = chooseChannels(tiers, () => Number(chance.next().value));
          const drawn = list.map(() => draw.next());
          const priorities = drawn.map((one) => one?.priority ?? NaN);
          expect(new Set(drawn.map((one) => one?.id)).size).toBe(list.length);
          expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
          expect(draw.isExhausted).toBe(true);
        },
      ),
    );
  });

  it('draws in the long run as often as the weights say', () => {
    const tiers = tiersOf(
      makeChannel({ id: 1, weight: 1 }),
      makeChannel({ id: 2, weight: 2 }),
      makeChannel({ id: 3, weight: 7 }),
    );
    const counts = [0, 0, 0];
    for (let step = 0; step < 1000; step += 1) {
      const id = chooseChannels(tiers, () => (step + 0.5) / 1000).next()?.id ?? 0;
      counts[id - 1] = (counts[id - 1] ?? 0) + 1;
    }
    expect(counts).toEqual([100, 200, 700]);
  });
});
