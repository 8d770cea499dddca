import { describe, expect, it } from '@jest/globals';
import { encodeChatUsage } from '../openai-chat/encode-usage.ts';
import { readUsage } from '../openai-chat/read-usage.ts';
import { encodeMessagesUsage } from './encode-usage.ts';
import { readMessagesUsage } from './read-usage.ts';

const hour = { uncached: 10, cacheRead: 20, cacheWrite: 300, cacheWriteHour: 200 };
const figures = {
  input_tokens: 10,
  cache_read_input_tokens: 20,
  cache_creation_input_tokens: 300,
  cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
  output_tokens: 5,
};

describe('readMessagesUsage', () => {
  it('tells what is kept for an hour, and searches', () => {
    const usage = { ...figures, server_tool_use: { web_search_requests: 2 } };
    expect(readMessagesUsage({ usage })).toEqual({
      input: hour,
      output: { text: 5, reasoning: 0 },
      webSearches: 2,
      source: 'reported',
    });
  });

  it.each([
    ['only the parts are given', { cache_creation_input_tokens: undefined }, hour],
    [
      'the part is more than the whole',
      { cache_creation_input_tokens: 150 },
      { ...hour, cacheWrite: 150, cacheWriteHour: 150 },
    ],
    ['the parts are null', { cache_creation: null }, { ...hour, cacheWriteHour: undefined }],
  ])('adds up where %s', (_title, changed, input) => {
    expect(readMessagesUsage({ usage: { ...figures, ...changed } })?.input).toEqual(
      JSON.parse(JSON.stringify(input)),
    );
  });

  it('takes figures that are text, and none below zero', () => {
    const usage = { input_tokens: '12', cache_read_input_tokens: -3, output_tokens: '5' };
    expect(readMessagesUsage({ usage })).toMatchObject({
      input: { uncached: 12, cacheRead: 0, cacheWrite: 0 },
      output: { text: 5 },
    });
  });

  it('sums the calls of one conversation, and keeps those of other models apart', () => {
    const usage = {
      ...figures,
      iterations: [
        { type: 'compaction', ...figures },
        { type: 'advisor_message', model: 'claude-opus-4-6', input_tokens: 7, output_tokens: 3 },
        { type: 'message', ...figures },
        { type: 'advisor_message', model: 'claude-opus-4-6', input_tokens: 0, output_tokens: 0 },
      ],
    };
    expect(readMessagesUsage({ usage })).toEqual({
      input: { uncached: 20, cacheRead: 40, cacheWrite: 600, cacheWriteHour: 400 },
      output: { text: 10, reasoning: 0 },
      otherModels: [
        {
          model: 'claude-opus-4-6',
          usage: {
            input: { uncached: 7, cacheRead: 0, cacheWrite: 0 },
            output: { text: 3, reasoning: 0 },
            source: 'reported',
          },
        },
      ],
      source: 'reported',
    });
  });

  it('takes the outer figures after a fall-back', () => {
    const iterations = [
      { type: 'message', ...figures },
      { type: 'fallback_message', ...figures },
    ];
    expect(readMessagesUsage({ usage: { ...figures, iterations } })?.input).toEqual(hour);
  });
});

describe('the hour of a cache', () => {
  const usage = readMessagesUsage({ usage: figures })!;

  it('is told to clients of Anthropic and of OpenAI, and read back', () => {
    const again = { usage: encodeMessagesUsage({ usage }, false) };
    expect(readMessagesUsage(again)).toEqual(usage);
    expect(readUsage({ usage: encodeChatUsage(usage) })).toEqual(usage);
  });
});
