import { describe, expect, it } from '@jest/globals';
import { fitThinking } from './fit-thinking.ts';

function fit(limit: number, thinking: string, declared: number | undefined) {
  const body = `{"model":"c","max_tokens":${limit},"thinking":${thinking},"x":1.0}`;
  const { body: made, loss } = fitThinking(Buffer.from(body), declared);
  return { body: made.toString(), loss: loss && `${loss.what} ${loss.at}`, same: body };
}
const on = (budget: number): string => `{"type":"enabled","budget_tokens":${budget}}`;

describe('fitThinking', () => {
  it('lowers a budget below a limit that was lowered', () => {
    const { body, loss } = fit(2000, on(8000), 16_000);
    expect(body).toBe(`{"model":"c","max_tokens":2000,"thinking":${on(1999)},"x":1.0}`);
    expect(loss).toBe('approximated thinking.budget_tokens');
  });

  it('leaves thoughts out where the smallest budget has no room', () => {
    const { body, loss } = fit(1024, on(8000), 16_000);
    expect(JSON.parse(body)).toEqual({ model: 'c', max_tokens: 1024, x: 1 });
    expect(loss).toBe('dropped thinking');
    expect(fit(1025, on(8000), 16_000).body).toContain('"budget_tokens":1024');
  });

  it.each([
    ['fits', 9000, on(8000), 16_000],
    ['was larger than the limit already, as between calls it may be', 2000, on(8000), 4000],
    ['came without a limit', 2000, on(8000), undefined],
    ['is the model’s choice', 2000, '{"type":"adaptive"}', 16_000],
    ['is none', 2000, '{"type":"disabled"}', 16_000],
    ['is nonsense, of which the upstream tells', 2000, '"deep"', 16_000],
  ] as const)('keeps a budget that %s', (_what, limit, thinking, declared) => {
    const { body, loss, same } = fit(limit, thinking, declared);
    expect(body).toBe(same);
    expect(loss).toBeUndefined();
  });
});
