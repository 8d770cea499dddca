import { describe, expect, it } from '@jest/globals';
import { makeChannel, makeSnapshot } from '../testing/make-relay-snapshot.ts';
import { sizeThrough } from './size-rules.ts';

const facts = {
  declaredOutput: 100 as number | undefined,
  hasTextOutput: true,
  choices: 2,
  estimate: {
    soft: { inputTokens: 10, outputTokens: 200 },
    hard: { inputTokens: 30, outputTokens: 200 },
  },
};

function sized(configs: readonly object[], changes: Partial<typeof facts> = {}) {
  const channels = configs.map((config, at) => makeChannel({ id: at + 1, ...config }));
  const snapshot = makeSnapshot(channels);
  const tiers = snapshot.routes.tiersFor('default', 'gpt-4o-mini');
  return sizeThrough(snapshot.sizeRulesOf(tiers), { ...facts, ...changes });
}

const sets = (tokens: number): object => ({
  config: { parameters: { set: { max_tokens: tokens } } },
});
const falls = (tokens: number): object => ({
  config: { parameters: { default: { max_tokens: tokens } } },
});

describe('the size of a request through its channels', () => {
  it('is the same object where no channel changes anything', () => {
    const snapshot = makeSnapshot([makeChannel(), makeChannel({ id: 2, ...sets(5), models: [] })]);
    const tiers = snapshot.routes.tiersFor('default', 'gpt-4o-mini');
    expect(snapshot.sizeRulesOf(tiers)).toBeUndefined();
    expect(sizeThrough(undefined, facts)).toBe(facts);
  });

  it.each([
    ['what is set, however much the client asked for', [sets(5000)], 100, 5000],
    ['what is set, however little the client asked for', [sets(5)], 100, 5],
    ['the largest of the channels', [sets(5), {}, sets(300)], 100, 300],
    ['the client’s own before a default', [falls(5)], 100, 100],
    ['the default where the client has none', [falls(5)], undefined, 5],
  ])('has the limit of the output: %s', (_title, channels, declared, expected) => {
    const size = sized(channels, { declaredOutput: declared });
    expect(size.declaredOutput).toBe(expected);
    expect(size.estimate.soft.outputTokens).toBe(2 * expected);
    expect(size.estimate.hard.outputTokens).toBe(2 * expected);
  });

  it('has no limit where one channel has none', () => {
    const undeclared = { inputTokens: 10, outputTokens: 2048 };
    const size = sized([sets(5), {}], {
      declaredOutput: undefined,
      estimate: { soft: undeclared, hard: undeclared },
    });
    expect(size.declaredOutput).toBeUndefined();
    expect(size.estimate.hard.outputTokens).toBe(2048);
  });

  it('has the bytes that a channel adds: a token each at most', () => {
    const added = sized([{ config: { parameters: { set: { instructions: 'x'.repeat(900) } } } }]);
    expect(added.estimate.hard.inputTokens).toBeGreaterThanOrEqual(30 + 900);
    expect(added.estimate.soft.inputTokens).toBeGreaterThanOrEqual(10 + 300);
    const prompted = sized([{ systemPrompt: '€'.repeat(10) }]);
    expect(prompted.estimate.hard.inputTokens).toBe(30 + 30);
    expect(prompted.declaredOutput).toBe(100);
  });
});
