import { describe, expect, it } from '@jest/globals';
import { ChannelCooldowns } from './channel-cooldowns.ts';
import { RetryBudget } from './retry-budget.ts';

describe('ChannelCooldowns', () => {
  it('leaves a channel alone for as long as its upstream asked, at most a minute', () => {
    let now = 0;
    const cooldowns = new ChannelCooldowns({ now: () => now });
    cooldowns.noteRateLimit(1, 5000);
    cooldowns.noteRateLimit(2, 3_600_000);
    expect([...(cooldowns.cooling() ?? [])]).toEqual([1, 2]);
    now = 5000;
    expect([...(cooldowns.cooling() ?? [])]).toEqual([2]);
    now = 60_000;
    expect(cooldowns.cooling()).toBeUndefined();
  });

  it('opens after failures in a row, and closes with the next success', () => {
    let now = 0;
    const cooldowns = new ChannelCooldowns({ now: () => now });
    for (let n = 0; n < 4; n += 1) cooldowns.noteFailure(1);
    expect(cooldowns.cooling()).toBeUndefined();
    cooldowns.noteFailure(1);
    expect(cooldowns.cooling()?.has(1)).toBe(true);
    now = 10_000;
    expect(cooldowns.cooling()).toBeUndefined(); // half-open: one more failure opens it again
    cooldowns.noteFailure(1);
    expect(cooldowns.cooling()?.has(1)).toBe(true);
    now = 20_000;
    cooldowns.cooling();
    cooldowns.noteSuccess(1);
    cooldowns.noteFailure(1);
    expect(cooldowns.cooling()).toBeUndefined();
  });
});

describe('RetryBudget', () => {
  it('allows a burst, then one retry for five requests', () => {
    const budget = new RetryBudget();
    let taken = 0;
    while (budget.take()) taken += 1;
    expect(taken).toBe(20);
    for (let n = 0; n < 4; n += 1) budget.noteRequest();
    expect(budget.take()).toBe(false);
    budget.noteRequest();
    expect(budget.take()).toBe(true);
  });
});
