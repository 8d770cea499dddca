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
    [
      'code_interpreter',
      { type: 'code_execution_20250825', name: 'code_execution' },
      'code-execution-2025-08-25',
    ],
    ['web_search', { type: 'web_search_20250305', name: 'web_search', max_uses: 5 }, undefined],
  ])('run as Anthropic’s, with the beta that they want: %s', (type, tool, beta) => {
    const codec = findClientCodec('openai-responses')!;
    const body = { model: 'm', input: 'Hi', tools: [{ type }] };
    const config = { translate_hosted_tools: true };
    const encoded = findUpstreamCodec('anthropic')!.encodeRequest(
      codec.decodeRequest(body, pathOf('responses')),
      targetOf('claude-sonnet-4-5', { config }),
    );
    expect(encoded.body['tools']).toEqual([tool]);
    expect(encoded.headers['anthropic-beta']).toBe(beta);
    expect(encoded.losses.map(({ severity }) => severity)).toEqual(['info']);
  });

  it.each(['openai-chat', 'anthropic', 'gemini'] as const)(
    'are a loss at %s where they search files of one account',
    (to) => {
      const tools = [{ type: 'file_search', vector_store_ids: ['vs_1'] }];
      const request = findClientCodec('openai-responses')!.decodeRequest(
        { model: 'm', input: 'Hi', tools },
        pathOf('responses'),
      );
      const config = { translate_hosted_tools: true };
      const { body, losses } = findUpstreamCodec(to)!.encodeRequest(
        request,
        targetOf('m', { config }),
      );
      expect(body).not.toHaveProperty('tools');
      expect(losses).toContainEqual(expect.objectContaining({ at: 'tools[0]', severity: 'fatal' }));
    },
  );

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
