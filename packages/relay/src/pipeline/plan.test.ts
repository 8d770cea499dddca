import { describe, expect, it } from '@jest/globals';
import { makeChannel, makeSnapshot, makeToken } from '../testing/make-relay-snapshot.ts';
import { ChannelAffinity } from '../upstream/channel-affinity.ts';
import { ChannelCooldowns } from '../upstream/channel-cooldowns.ts';
import { planChannels, type ChannelPlan } from './plan.ts';

const clock = { now: () => 0 };
const deps = {
  cooldowns: new ChannelCooldowns(clock),
  affinity: new ChannelAffinity(clock),
  random: () => 0,
};
const caller = { token: makeToken(), pinnedChannel: undefined };

function idsOf(plan: ChannelPlan): number[] {
  const ids: number[] = [];
  for (let channel = plan.next(); channel !== undefined; channel = plan.next())
    ids.push(channel.id);
  return ids;
}

describe('planChannels', () => {
  it('tries higher priorities first, and each channel once', () => {
    const snapshot = makeSnapshot([
      makeChannel({ id: 1 }),
      makeChannel({ id: 2, priority: 5 }),
      makeChannel({ id: 3, priority: 5, weight: 3 }),
    ]);
    expect(idsOf(planChannels(deps, snapshot, caller, 'gpt-4o-mini'))).toEqual([2, 3, 1]);
  });

  it('knows what channels make of a request’s size, pinned or not, but for sessions', () => {
    const config = { parameters: { set: { max_tokens: 5 } } };
    const snapshot = makeSnapshot([makeChannel({ config })]);
    const pinned = { ...caller, pinnedChannel: '1' };
    const model = 'gpt-4o-mini';
    expect(planChannels(deps, snapshot, caller, model, 'chat').sizeRules).toHaveLength(1);
    expect(planChannels(deps, snapshot, pinned, model, 'chat').sizeRules).toHaveLength(1);
    expect(planChannels(deps, snapshot, caller, model, 'realtime').sizeRules).toBeUndefined();
  });

  it('leaves cooling channels for last', () => {
    const cooldowns = new ChannelCooldowns({ now: () => 0 });
    cooldowns.noteRateLimit(2, 1000);
    const snapshot = makeSnapshot([makeChannel({ id: 1 }), makeChannel({ id: 2, priority: 5 })]);
    expect(idsOf(planChannels({ ...deps, cooldowns }, snapshot, caller, 'gpt-4o-mini'))).toEqual([
      1, 2,
    ]);
  });

  it('prefers channels of a tier that speak the client’s protocol', () => {
    const snapshot = makeSnapshot([
      makeChannel({ id: 1, type: 24, weight: 1000 }),
      makeChannel({ id: 2 }),
      makeChannel({ id: 3, type: 24, priority: 1 }),
    ]);
    expect(idsOf(planChannels(deps, snapshot, caller, 'gpt-4o-mini', 'chat'))).toEqual([3, 2, 1]);
    const gemini = planChannels(deps, snapshot, caller, 'gpt-4o-mini', 'generate-content');
    expect(idsOf(gemini)).toEqual([3, 1, 2]);
  });

  it('stays with the channel that served a conversation, while it is one of the best', () => {
    const snapshot = makeSnapshot([1, 2, 3].map((id) => makeChannel({ id })));
    const affinity = new ChannelAffinity(clock);
    const cooldowns = new ChannelCooldowns(clock);
    const plan = (text: string, isKnown = true): number[] =>
      idsOf(
        planChannels(
          { ...deps, affinity, cooldowns },
          snapshot,
          caller,
          'gpt-4o-mini',
          'chat',
          () => ({ text, isKnown }),
        ),
      );
    affinity.note('a', 3);
    expect(plan('a')).toEqual([3, 1, 2]);
    expect(plan('b')).toEqual([1, 2, 3]);
    // Its first turn: nobody can know it.
    expect(plan('a', false)).toEqual([1, 2, 3]);
    cooldowns.noteRateLimit(3, 1000);
    expect(plan('a')).toEqual([1, 2, 3]);
  });

  it('prices every model name that a request may be billed by', () => {
    const snapshot = makeSnapshot([
      makeChannel({ id: 1 }),
      makeChannel({ id: 2, modelMapping: { 'gpt-4o-mini': 'gpt-4o' } }),
    ]);
    const { prices } = planChannels(deps, snapshot, caller, 'gpt-4o-mini');
    expect(prices.map(({ billedModel }) => billedModel).sort()).toEqual(['gpt-4o', 'gpt-4o-mini']);
  });

  it('bills by the name the client used where the option says so', () => {
    const snapshot = makeSnapshot([makeChannel({ modelMapping: { 'gpt-4o-mini': 'gpt-4o' } })], {
      BillBy: 'requested',
    });
    expect(planChannels(deps, snapshot, caller, 'gpt-4o-mini').prices).toMatchObject([
      { billedModel: 'gpt-4o-mini', upstreamModel: 'gpt-4o' },
    ]);
  });

  it.each([
    ['a model that nobody has', {}, 'nobodys-model', 'model_not_found'],
    [
      'a model that the token may not use',
      { models: new Set(['gpt-4o']) },
      'gpt-4o-mini',
      'model_not_allowed',
    ],
    ['a group without the model', { group: 'vip' }, 'gpt-4o-mini', 'model_not_found'],
  ])('refuses %s', (_what, token, model, code) => {
    const snapshot = makeSnapshot([makeChannel()]);
    const someone = { token: makeToken(token), pinnedChannel: undefined };
    expect(() => planChannels(deps, snapshot, someone, model)).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('tells a model whose channels are all disabled from one that does not exist', () => {
    const snapshot = makeSnapshot([makeChannel({ status: 3 })]);
    expect(() => planChannels(deps, snapshot, caller, 'gpt-4o-mini')).toThrow(
      expect.objectContaining({ code: 'no_channel_available' }),
    );
  });

  it('refuses a model without a price, and takes it at the default ratio where that is allowed', () => {
    const channels = [makeChannel({ models: ['house-model'] })];
    expect(() => planChannels(deps, makeSnapshot(channels), caller, 'house-model')).toThrow(
      expect.objectContaining({ code: 'model_not_priced' }),
    );
    const lenient = makeSnapshot(channels, {
      UnpricedModelPolicy: 'default-ratio',
      UnpricedModelRatio: '3',
    });
    expect(planChannels(deps, lenient, caller, 'house-model').prices).toMatchObject([
      { price: { source: 'default-ratio' } },
    ]);
  });

  it.each([
    ['1', undefined],
    ['99', 'channel_not_found'],
    ['x', 'channel_not_found'],
    ['2', 'channel_disabled'],
  ])('pins channel %s', (pinnedChannel, code) => {
    const snapshot = makeSnapshot([makeChannel(), makeChannel({ id: 2, status: 2 })]);
    const plan = (): ChannelPlan =>
      planChannels(deps, snapshot, { token: makeToken(), pinnedChannel }, 'gpt-4o-mini');
    if (code === undefined) expect(idsOf(plan())).toEqual([1]);
    else expect(plan).toThrow(expect.objectContaining({ code }));
  });
});
