import { describe, expect, it } from '@jest/globals';
import { readMessagesUsage } from '../../families/anthropic/read-usage.ts';
import { decodeMessage } from '../../families/anthropic/decode-response.ts';
import { MessagesStreamDecoder } from '../../families/anthropic/stream-decoder.ts';
import { foldEvents } from '../../translate/event-folder.ts';
import { ConverseFrameDecoder } from './converse-frames.ts';
import { toMessage, toMessageUsage } from './converse-response.ts';

const dialect = { streamUsage: 'always' } as const;

describe('usage of Converse', () => {
  it('says what was written to the cache, and how much of it is kept for an hour', () => {
    const converse = {
      inputTokens: 10,
      outputTokens: 5,
      cacheReadInputTokens: 20,
      cacheWriteInputTokens: 300,
      cacheDetails: [
        { ttl: '1h', inputTokens: 200 },
        { ttl: '5m', inputTokens: 100 },
      ],
    };
    const usage = toMessageUsage(converse);
    expect(readMessagesUsage({ usage })?.input).toEqual({
      uncached: 10,
      cacheRead: 20,
      cacheWrite: 300,
      cacheWriteHour: 200,
    });
  });

  it('is all for minutes where nothing is said of an hour', () => {
    const usage = toMessageUsage({ inputTokens: 10, outputTokens: 5, cacheWriteInputTokens: 300 });
    expect(readMessagesUsage({ usage })?.input).toEqual({
      uncached: 10,
      cacheRead: 0,
      cacheWrite: 300,
    });
  });
});

const citations = [
  {
    title: 'A',
    sourceContent: [{ text: 'cats ' }, { text: 'purr' }],
    location: { documentPage: { documentIndex: 0, start: 1, end: 2 } },
  },
  { location: { web: { url: 'https://a.example/', domain: 'a.example' } } },
  {
    title: 'S',
    source: 'https://s.example/',
    location: { searchResultLocation: { searchResultIndex: 1, start: 0, end: 1 } },
  },
];
const usage = { inputTokens: 9, outputTokens: 4, totalTokens: 13 };
const grounding = { toolUseId: 't1', name: 'nova_grounding', type: 'server_tool_use' };
const said = {
  candidates: [
    {
      parts: expect.arrayContaining([
        expect.objectContaining({
          kind: 'text',
          text: 'Cats purr.',
          annotations: [
            expect.objectContaining({ title: 'A', citedText: 'cats purr' }),
            expect.objectContaining({ kind: 'url', url: 'https://a.example/', title: 'a.example' }),
            expect.objectContaining({ kind: 'url', url: 'https://s.example/', title: 'S' }),
          ],
        }),
        expect.objectContaining({
          kind: 'tool-call',
          tool: 'hosted',
          step: { kind: 'search', queries: ['cats'] },
        }),
      ]),
      finish: { reason: 'stop' },
    },
  ],
  usage: { input: { uncached: 9 }, output: { text: 4 } },
};

describe('answers of Converse that quote, and for which Bedrock searched', () => {
  it('keep words and sources, and ask the client for nothing', () => {
    const content = [
      { toolUse: { ...grounding, input: { query: 'cats' } } },
      { toolResult: { toolUseId: 't1', type: 'nova_grounding_result', content: [{ text: '' }] } },
      { citationsContent: { content: [{ text: 'Cats ' }, { text: 'purr.' }], citations } },
    ];
    const body = { output: { message: { role: 'assistant', content } }, stopReason: 'end_turn' };
    const answer = decodeMessage(toMessage({ ...body, usage, trace: { guardrail: {} } }), dialect);
    expect(answer).toMatchObject(said);
  });

  it('do so in a stream too', () => {
    const at = (contentBlockIndex: number, more: object = {}) => ({ contentBlockIndex, ...more });
    const events: [string, object][] = [
      ['messageStart', { role: 'assistant' }],
      ['contentBlockStart', at(0, { start: { toolUse: grounding } })],
      ['contentBlockDelta', at(0, { delta: { toolUse: { input: '{"query":"cats"}' } } })],
      ['contentBlockStop', at(0)],
      ['contentBlockStart', at(1, { start: { toolResult: { toolUseId: 't1' } } })],
      ['contentBlockDelta', at(1, { delta: { toolResult: [{ text: 'found' }] } })],
      ['contentBlockStop', at(1)],
      ['contentBlockDelta', at(2, { delta: { text: 'Cats ' } })],
      ...citations.map((citation): [string, object] => [
        'contentBlockDelta',
        at(2, { delta: { citation } }),
      ]),
      ['contentBlockDelta', at(2, { delta: { text: 'purr.' } })],
      ['contentBlockStop', at(2)],
      ['messageStop', { stopReason: 'end_turn' }],
      ['metadata', { usage, metrics: { latencyMs: 9 }, trace: { guardrail: {} } }],
    ];
    const frames = new ConverseFrameDecoder();
    const decoder = new MessagesStreamDecoder(dialect);
    const framed = events.flatMap(([event, payload]) => [
      ...frames.push({ event, data: JSON.stringify(payload), id: undefined }),
    ]);
    const heard = [...framed, ...frames.end()].flatMap((frame) => [...decoder.push(frame)]);
    expect(foldEvents([...heard, ...decoder.end()])).toMatchObject(said);
  });
});
