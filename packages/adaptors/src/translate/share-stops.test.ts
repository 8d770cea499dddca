import { describe, expect, it } from '@jest/globals';
import type { Family } from '@turnpike/core';
import { findUpstreamCodec } from '../families/index.ts';
import { emptyRequest, targetOf } from '../families/testing/translation.ts';

function shared(to: Family, stop: readonly string[], model = 'm') {
  const { body, cutsAt, losses } = findUpstreamCodec(to)!.encodeRequest(
    { ...emptyRequest, output: { stop } },
    targetOf(model),
  );
  const config = body['generationConfig'] as Record<string, unknown> | undefined;
  const sent = body['stop'] ?? body['stop_sequences'] ?? config?.['stopSequences'];
  return { sent, cutsAt, losses: losses.filter(({ at }) => at === 'output.stop') };
}

const loss = { at: 'output.stop', what: 'approximated', severity: 'warn' };

describe('stop texts', () => {
  it.each([
    ['openai-chat', ['a', 'b']],
    ['anthropic', ['a', 'b']],
    ['gemini', ['a', 'b']],
  ] as const)('are told to %s', (to, stop) => {
    expect(shared(to, stop)).toEqual({ sent: stop, cutsAt: undefined, losses: [] });
  });

  it.each([
    ['openai-responses', 'gpt-5', ['a'], undefined, ['a']],
    ['openai-chat', 'gpt-5', ['a'], undefined, ['a']],
    ['openai-chat', 'o1', ['a'], ['a'], undefined],
    ['openai-chat', 'm', ['1', '2', '3', '4', '5'], ['1', '2', '3', '4'], ['5']],
    ['anthropic', 'm', ['\n\n', 'a'], ['a'], ['\n\n']],
    ['gemini', 'm', ['1', '2', '3', '4', '5', '6'], ['1', '2', '3', '4', '5'], ['6']],
  ] as const)('of %s (%s) that it takes not, %j, are cut here', (to, model, stop, sent, cut) => {
    const { losses, ...left } = shared(to, stop, model);
    expect(left).toEqual({ sent, cutsAt: cut });
    expect(losses).toEqual(cut === undefined ? [] : [expect.objectContaining(loss)]);
  });
});
