import { describe, expect, it } from '@jest/globals';
import type { Family } from '@turnpike/core';
import { findClientCodec, findUpstreamCodec } from '../families/index.ts';
import { pathOf, targetOf } from '../families/testing/translation.ts';

const search = { type: 'web_search_20250305', name: 'web_search' };
const run = { type: 'code_execution_20250825', name: 'code_execution' };

function encode(to: Family, isAllowed: boolean, tools: readonly object[]) {
  const request = findClientCodec('anthropic')!.decodeRequest(
    { model: 'm', max_tokens: 99, messages: [{ role: 'user', content: 'Hi' }], tools },
    pathOf('messages'),
  );
  const config = isAllowed ? { translate_hosted_tools: true } : {};
  return findUpstreamCodec(to)!.encodeRequest(request, targetOf('gpt-5', { config }));
}

describe('tools that a vendor runs', () => {
  it.each([
    ['openai-responses', [search], { tools: [{ type: 'web_search' }] }],
    [
      'openai-responses',
      [run],
      { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] },
    ],
    ['openai-chat', [search], { web_search_options: {} }],
    ['gemini', [search], { tools: [{ googleSearch: {} }] }],
  ] as const)('run as those of %s where its channel allows it', (to, tools, members) => {
    const { body, losses } = encode(to, true, tools);
    expect(body).toMatchObject(members);
    expect(losses.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it.each([
    ['openai-responses', 'warn'],
    ['openai-chat', 'fatal'],
    ['gemini', 'fatal'],
  ] as const)('are a loss at %s everywhere else', (to, severity) => {
    const { body, losses } = encode(to, false, [search]);
    expect(body).not.toHaveProperty('tools');
    expect(body).not.toHaveProperty('web_search_options');
    expect(losses).toContainEqual(expect.objectContaining({ at: 'tools[0]', severity }));
  });

  it('are a loss where there is nothing like them', () => {
    const { losses } = encode('openai-chat', true, [run]);
    expect(losses).toContainEqual(expect.objectContaining({ at: 'tools[0]', severity: 'fatal' }));
  });
});
