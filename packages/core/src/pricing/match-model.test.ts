import { describe, expect, it } from '@jest/globals';
import { createModelMatcher } from './match-model.ts';
import type { MatchLogic } from '@pydantic/genai-prices';

function matcherOf(
  rules: Readonly<Record<string, MatchLogic>>,
): (model: string) => string | undefined {
  const models = Object.entries(rules).map(([id, match]) => ({ id, match, prices: {} }));
  const findModel = createModelMatcher({ id: 'vendor', name: 'Vendor', api_pattern: '', models });
  return (model) => findModel(model)?.id;
}

describe('createModelMatcher', () => {
  it.each<[string, MatchLogic, string, boolean]>([
    ['equals, in any case', { equals: 'GLM-5' }, 'glm-5', true],
    ['starts_with', { starts_with: 'o1-' }, 'o1-mini', true],
    ['ends_with', { ends_with: '-latest' }, 'x-latest', true],
    ['contains', { contains: 'whisper' }, 'my-whisper-1', true],
    ['regex', { regex: '^a\\d$' }, 'A1', true],
    ['and', { and: [{ starts_with: 'a' }, { ends_with: 'z' }] }, 'a-b', false],
    ['or with a literal name', { or: [{ equals: 'b' }, { starts_with: 'a' }] }, 'ab', true],
    ['a rule unknown to us', { unknown: 'a' } as unknown as MatchLogic, 'a', false],
  ])('knows %s', (_, rule, model, isMatch) => {
    expect(matcherOf({ it: rule })(model)).toBe(isMatch ? 'it' : undefined);
  });

  it('takes the first model that fits, literal or not', () => {
    const find = matcherOf({
      first: { starts_with: 'a-1' },
      second: { equals: 'a-1' },
      third: { equals: 'a-2' },
      fourth: { starts_with: 'a' },
    });
    expect(['a-1', 'a-10', 'a-2', 'a-3', 'b'].map(find)).toEqual([
      'first',
      'first',
      'third',
      'fourth',
      undefined,
    ]);
  });
});
