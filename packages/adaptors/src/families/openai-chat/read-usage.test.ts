import { describe, expect, it } from '@jest/globals';
import { completionTokensOf, promptTokensOf, type Usage } from '@turnpike/core';
import { hasRecorded, readRecorded } from '../testing/recorded.ts';
import { readUsage, type UsageQuirks } from './read-usage.ts';

type Input = Partial<Usage['input']>;
type Output = Partial<Usage['output']>;

function usage(input: Input, output: Output, rest: Partial<Usage> = {}): Usage {
  return {
    input: { uncached: 0, cacheRead: 0, cacheWrite: 0, ...input },
    output: { text: 0, reasoning: 0, ...output },
    source: 'reported',
    ...rest,
  };
}

const cases: [string, object, Usage | undefined, UsageQuirks?][] = [
  [
    'OpenAI, with every detail',
    {
      usage: {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 10, audio_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 3 },
      },
    },
    usage(
      { uncached: 45, cacheRead: 40, cacheWrite: 10, audio: 5 },
      { text: 27, reasoning: 20, audio: 3 },
    ),
  ],
  [
    'Responses',
    {
      usage: {
        input_tokens: 36,
        input_tokens_details: { cached_tokens: 6 },
        output_tokens: 87,
        output_tokens_details: { reasoning_tokens: 64 },
        total_tokens: 123,
      },
    },
    usage({ uncached: 30, cacheRead: 6 }, { text: 23, reasoning: 64 }),
  ],
  [
    'DeepSeek: hits and misses',
    {
      usage: {
        prompt_tokens: 12,
        completion_tokens: 20,
        total_tokens: 32,
        prompt_cache_hit_tokens: 8,
        prompt_cache_miss_tokens: 4,
        completion_tokens_details: { reasoning_tokens: 18 },
      },
    },
    usage({ uncached: 4, cacheRead: 8 }, { text: 2, reasoning: 18 }),
  ],
  [
    'Groq: x_groq',
    {
      choices: [],
      x_groq: {
        usage: {
          prompt_tokens: 70,
          completion_tokens: 30,
          total_tokens: 100,
          completion_tokens_details: { reasoning_tokens: 12 },
        },
      },
    },
    usage({ uncached: 70 }, { text: 18, reasoning: 12 }),
  ],
  [
    'xAI: reasoning is not in the completion',
    {
      usage: {
        prompt_tokens: 12,
        completion_tokens: 5,
        total_tokens: 250,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 233 },
      },
    },
    usage({ uncached: 8, cacheRead: 4 }, { text: 5, reasoning: 233 }),
  ],
  [
    'xAI: cached tokens are not in the prompt either',
    {
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 90 },
        completion_tokens_details: { reasoning_tokens: 7 },
      },
    },
    usage({ uncached: 10, cacheRead: 90 }, { text: 5, reasoning: 7 }),
    { isExclusive: true },
  ],
  [
    'xAI in Responses: thoughts are inside there',
    {
      usage: {
        input_tokens: 100,
        output_tokens: 50,
        total_tokens: 150,
        output_tokens_details: { reasoning_tokens: 30 },
      },
    },
    usage({ uncached: 100 }, { text: 20, reasoning: 30 }),
    { isExclusive: true },
  ],
  [
    'Mistral: num_cached_tokens',
    { usage: { prompt_tokens: 13, completion_tokens: 8, total_tokens: 21, num_cached_tokens: 3 } },
    usage({ uncached: 10, cacheRead: 3 }, { text: 8 }),
  ],
  [
    'Mistral: prompt_token_details',
    {
      usage: {
        prompt_tokens: 13,
        completion_tokens: 8,
        prompt_token_details: { cached_tokens: 3 },
      },
    },
    usage({ uncached: 10, cacheRead: 3 }, { text: 8 }),
  ],
  [
    'Moonshot: cached_tokens beside the others',
    { usage: { prompt_tokens: 19, completion_tokens: 13, total_tokens: 32, cached_tokens: 12 } },
    usage({ uncached: 7, cacheRead: 12 }, { text: 13 }),
  ],
  [
    'Moonshot: in the choice',
    { choices: [{ usage: { prompt_tokens: 8, completion_tokens: 1, total_tokens: 9 } }] },
    usage({ uncached: 8 }, { text: 1 }),
  ],
  [
    'Perplexity: reasoning_tokens beside the others',
    {
      usage: {
        prompt_tokens: 10,
        completion_tokens: 336,
        total_tokens: 346,
        reasoning_tokens: 300,
      },
    },
    usage({ uncached: 10 }, { text: 36, reasoning: 300 }),
  ],
  [
    'Bailian: cache creation inside the prompt',
    {
      usage: {
        prompt_tokens: 100,
        completion_tokens: 1,
        prompt_tokens_details: { cached_tokens: 20, cache_creation_input_tokens: 30 },
      },
    },
    usage({ uncached: 50, cacheRead: 20, cacheWrite: 30 }, { text: 1 }),
  ],
  [
    'Ark applications: the sum of their models',
    {
      bot_usage: {
        model_usage: [
          { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
          { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
        ],
      },
    },
    usage({ uncached: 8 }, { text: 3 }),
  ],
  [
    'embeddings: a prompt only',
    { usage: { prompt_tokens: 3, total_tokens: 3 } },
    usage({ uncached: 3 }, {}),
  ],
  ['embeddings: a total only', { usage: { total_tokens: 3 } }, usage({ uncached: 3 }, {})],
  [
    'a total only, with our count of the prompt',
    { usage: { total_tokens: 12 } },
    usage({ uncached: 9 }, { text: 3 }, { source: 'mixed' }),
    { estimatedPromptTokens: 9 },
  ],
  [
    'a total that is smaller than our count of the prompt',
    { usage: { total_tokens: 5 } },
    usage({ uncached: 5 }, {}, { source: 'mixed' }),
    { estimatedPromptTokens: 9 },
  ],
  [
    'no prompt, but a total and a completion',
    { usage: { prompt_tokens: 0, completion_tokens: 4, total_tokens: 10 } },
    usage({ uncached: 6 }, { text: 4 }),
  ],
  [
    'pictures',
    {
      usage: {
        input_tokens: 50,
        output_tokens: 4160,
        total_tokens: 4210,
        input_tokens_details: { text_tokens: 10, image_tokens: 40 },
      },
    },
    usage({ uncached: 10, image: 40 }, { image: 4160 }),
    { outputKind: 'image' },
  ],
  [
    'pictures with some text',
    {
      usage: {
        input_tokens: 10,
        output_tokens: 100,
        output_tokens_details: { text_tokens: 30, image_tokens: 70 },
      },
    },
    usage({ uncached: 10 }, { text: 30, image: 70 }),
    { outputKind: 'image' },
  ],
  [
    'speech',
    { usage: { input_tokens: 14, output_tokens: 101, total_tokens: 115 } },
    usage({ uncached: 14 }, { audio: 101 }),
    { outputKind: 'audio' },
  ],
  [
    'a transcription by tokens',
    {
      usage: {
        type: 'tokens',
        input_tokens: 14,
        input_token_details: { text_tokens: 4, audio_tokens: 10 },
        output_tokens: 45,
      },
    },
    usage({ uncached: 4, audio: 10 }, { text: 45 }),
  ],
  [
    'a transcription by seconds',
    { usage: { type: 'duration', seconds: 27.5 } },
    usage({}, {}, { seconds: 27.5 }),
  ],
  ['generated pictures', { usage: { generated_images: 2 } }, usage({}, {}, { images: 2 })],
  [
    'negative and broken figures as nothing',
    {
      usage: {
        prompt_tokens: 10,
        completion_tokens: -5,
        prompt_tokens_details: { cached_tokens: -3, audio_tokens: 'x' },
        completion_tokens_details: null,
      },
    },
    usage({ uncached: 10 }, {}),
  ],
  [
    'parts that are larger than the whole, by the whole',
    {
      usage: {
        prompt_tokens: 10,
        completion_tokens: 4,
        total_tokens: 14,
        prompt_tokens_details: { cached_tokens: 30, audio_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 9 },
      },
    },
    usage({ cacheRead: 10 }, { reasoning: 4 }),
  ],
  [
    'figures as text',
    { usage: { prompt_tokens: '7', completion_tokens: '2' } },
    usage({ uncached: 7 }, { text: 2 }),
  ],
  [
    'nothing but zeros',
    { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } },
    undefined,
  ],
  ['null', { usage: null }, undefined],
  ['no usage at all', { choices: [{}] }, undefined],
];

describe('readUsage', () => {
  it.each(cases.map(([title, body, expected, quirks]) => ({ title, body, expected, quirks })))(
    'reads $title',
    ({ body, expected, quirks }) => {
      expect(readUsage(body as Record<string, unknown>, quirks)).toEqual(expected);
    },
  );
});

(hasRecorded ? describe : describe.skip)('readUsage on recorded answers', () => {
  it.each([
    ['deepseek/chat/deepseek-text.json'],
    ['deepseek/chat/deepseek-reasoning.json'],
    ['deepseek/chat/deepseek-tool-call.json'],
    ['alibaba/alibaba-text.json'],
    ['alibaba/alibaba-reasoning.json'],
    ['mistral/mistral-text.json'],
    ['mistral/mistral-reasoning.json'],
    ['perplexity/perplexity-citations.json'],
    ['openai/completion/openai-completion-text.json'],
    ['azure/azure-text.1.json'],
    ['openai/responses/openai-web-search-tool.1.json'],
    ['openai/responses/openai-compaction.1.json'],
  ])('keeps the totals of %s', (path) => {
    const body = JSON.parse(readRecorded(path).toString()) as Record<string, unknown>;
    const reported = body['usage'] as Record<string, number>;
    const read = readUsage(body)!;

    expect(promptTokensOf(read)).toBe(reported['prompt_tokens'] ?? reported['input_tokens']);
    expect(completionTokensOf(read)).toBe(
      reported['completion_tokens'] ?? reported['output_tokens'],
    );
  });

  it.each([['xai/xai-text.json'], ['xai/xai-tool-call.json']])(
    'adds the reasoning of %s to the completion',
    (path) => {
      const body = JSON.parse(readRecorded(path).toString()) as Record<string, unknown>;
      const { total_tokens: total } = body['usage'] as { total_tokens: number };
      const read = readUsage(body, { isExclusive: true })!;

      expect(promptTokensOf(read) + completionTokensOf(read)).toBe(total);
    },
  );
});
