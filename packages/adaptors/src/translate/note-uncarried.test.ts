import { describe, expect, it } from '@jest/globals';
import { conversationOperations, families, type Family, type JsonRecord } from '@turnpike/core';
import { findClientCodec, findUpstreamCodec } from '../families/index.ts';
import { pathOf, targetOf } from '../families/testing/translation.ts';

const bodies: Readonly<Record<Family, JsonRecord>> = {
  'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
  'openai-responses': { model: 'm', input: 'Hi' },
  anthropic: { model: 'm', max_tokens: 99, messages: [{ role: 'user', content: 'Hi' }] },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
};

function lossesOf(from: Family, to: Family, more: JsonRecord): string[] {
  const codec = findClientCodec(from)!;
  const body = { ...bodies[from], ...more };
  const request = codec.decodeRequest(body, pathOf(conversationOperations[from]));
  const { losses } = findUpstreamCodec(to)!.encodeRequest(request, targetOf('gpt-5'));
  return losses.map(({ severity, at }) => `${severity} ${at}`);
}

const pairs = families.flatMap((from) =>
  families.filter((to) => to !== from).map((to) => ({ from, to })),
);

/** Members that one family alone has, and what it means to lose each. */
const alone: readonly (readonly [Family, JsonRecord, string])[] = [
  ['anthropic', { container: 'c1' }, 'fatal container'],
  ['anthropic', { context_management: { edits: [] } }, 'warn context_management'],
  ['anthropic', { cache_control: { type: 'ephemeral' } }, 'warn cache_control'],
  ['anthropic', { anthropic_beta: ['b-1'] }, 'info anthropic_beta'],
  ['openai-responses', { max_tool_calls: 3 }, 'warn max_tool_calls'],
  ['openai-responses', { truncation: 'auto' }, 'warn truncation'],
  ['gemini', { cachedContent: 'cachedContents/a' }, 'fatal cachedContent'],
  ['gemini', { cached_content: 'cachedContents/a' }, 'fatal cachedContent'],
  ['gemini', { labels: { team: 'a' } }, 'info labels'],
  ['gemini', { generationConfig: { mediaResolution: 'LOW' } }, 'warn mediaResolution'],
  ['openai-chat', { prompt_cache_retention: '24h' }, 'info prompt_cache_retention'],
];

describe('what only a client’s own protocol has', () => {
  it.each(pairs)('is nothing in a plain question of $from for $to', ({ from, to }) => {
    expect(lossesOf(from, to, {})).toEqual([]);
  });

  it.each(alone)('is counted for every other: %s, %j', (from, more, loss) => {
    for (const to of families.filter((family) => family !== from))
      expect(lossesOf(from, to, more)).toContain(loss);
    expect(lossesOf(from, from, more)).toEqual([]);
  });

  it.each(pairs)('has no name where nobody knows it: $from for $to', ({ from, to }) => {
    const more = { my_secret_word: 1, another: 2 };
    expect(lossesOf(from, to, more)).toEqual(['warn others']);
  });

  it('is nothing where it says what is done anyway', () => {
    expect(lossesOf('openai-responses', 'anthropic', { truncation: 'disabled' })).toEqual([]);
    expect(lossesOf('gemini', 'openai-chat', { labels: null })).toEqual([]);
  });
});

describe('what a dialect refuses of a translated request', () => {
  const dialect = {
    streamUsage: 'always',
    deleteMembers: ['top_p', 'stream_options', 'user'],
    clampMembers: { temperature: { max: 0.5 } },
    deletePaths: ['tools[].function.description'],
  } as const;

  function lossesFor(more: JsonRecord): string[] {
    const request = findClientCodec('anthropic')!.decodeRequest(
      { ...bodies.anthropic, ...more },
      pathOf('messages'),
    );
    const target = targetOf('m', { dialect });
    const { losses } = findUpstreamCodec('openai-chat')!.encodeRequest(request, target);
    return losses.map(({ severity, at }) => `${severity} ${at}`).sort();
  }

  it('is counted as where it is passed on', () => {
    const tools = [{ name: 'f', description: 'd', input_schema: { type: 'object' } }];
    const metadata = { user_id: 'u' };
    expect(lossesFor({ top_p: 0.5, temperature: 0.9, metadata, tools, stream: true })).toEqual([
      'info temperature',
      'info user',
      'warn tools[].function.description',
      'warn top_p',
    ]);
  });

  it('is nothing where it was not asked for', () => {
    const tools = [{ name: 'f', input_schema: { type: 'object' } }];
    expect(lossesFor({ temperature: 0.4, tools })).toEqual([]);
  });
});
