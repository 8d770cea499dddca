import { describe, expect, it } from '@jest/globals';
import { conversationOperations, type Family, type JsonRecord, type Loss } from '@turnpike/core';
import { findClientCodec, findUpstreamCodec } from './index.ts';
import { decodeStream, encodeStream } from './testing/decode-stream.ts';
import { contextOf, pathOf, targetOf } from './testing/translation.ts';
import { SseReader } from '../wire/sse-reader.ts';

const dialect = { streamUsage: 'always' } as const;
const read = 'https://sea.example/read';
const shut = 'https://sea.example/shut';
const status = (what: string): string => `URL_RETRIEVAL_STATUS_${what}`;
const urlContextMetadata = {
  urlMetadata: [
    { retrievedUrl: read, urlRetrievalStatus: status('SUCCESS') },
    { retrievedUrl: shut, urlRetrievalStatus: status('UNSAFE') },
  ],
};
const answers = {
  gemini: {
    responseId: 'g1',
    modelVersion: 'gemini-3-pro',
    candidates: [
      {
        index: 0,
        content: { role: 'model', parts: [{ text: 'Seven metres.' }] },
        finishReason: 'STOP',
        urlContextMetadata,
      },
    ],
  },
  anthropic: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_fetch', input: { url: read } },
      {
        type: 'web_fetch_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: { type: 'web_fetch_result', url: read, retrieved_at: '', content: {} },
      },
      { type: 'server_tool_use', id: 'srvtoolu_2', name: 'web_fetch', input: { url: shut } },
      {
        type: 'web_fetch_tool_result',
        tool_use_id: 'srvtoolu_2',
        content: { type: 'web_fetch_tool_result_error', error_code: 'url_not_allowed' },
      },
      { type: 'text', text: 'Seven metres.' },
    ],
    stop_reason: 'end_turn',
    usage: { input_tokens: 2, output_tokens: 2 },
  },
};

function show(from: keyof typeof answers, door: Family): { body: JsonRecord; told: string[] } {
  const response = findUpstreamCodec(from)!.decodeResponse(answers[from], dialect);
  const context = contextOf(conversationOperations[door]);
  const { body, losses } = findClientCodec(door)!.encodeResponse(response, context);
  return { body, told: tell(losses) };
}

const tell = (losses: readonly Loss[]): string[] =>
  losses.map(({ severity, what, at }) => `${severity} ${what} ${at}`);

describe('pages that Google opened', () => {
  it('are steps of a message, without what they say, and sources of its words', () => {
    const { body, told } = show('gemini', 'anthropic');
    const content = body['content'] as JsonRecord[];
    expect(content).toMatchObject([
      { type: 'text', citations: [{ url: read }] },
      { type: 'server_tool_use', name: 'web_fetch', input: { url: read } },
      { type: 'web_fetch_tool_result', content: { type: 'web_fetch_result', url: read } },
      { type: 'server_tool_use', name: 'web_fetch', input: { url: shut } },
      {
        type: 'web_fetch_tool_result',
        content: { type: 'web_fetch_tool_result_error', error_code: 'url_not_accessible' },
      },
    ]);
    expect(content[2]!['tool_use_id']).toBe(content[1]!['id']);
    expect(told).toEqual(['info approximated answer.tool_result']);
  });

  it('are left out when the message goes to Anthropic in the next turn', () => {
    const { body } = show('gemini', 'anthropic');
    const request = findClientCodec('anthropic')!.decodeRequest(
      {
        model: 'm',
        max_tokens: 9,
        messages: [
          { role: 'user', content: 'How deep?' },
          { role: 'assistant', content: body['content'] },
          { role: 'user', content: 'Sure?' },
        ],
      },
      pathOf('messages'),
    );
    const sent = findUpstreamCodec('anthropic')!.encodeRequest(request, targetOf('m')).body;
    expect(JSON.stringify(sent)).not.toContain('web_fetch');
    expect(JSON.stringify(sent)).toContain('Seven metres.');
  });

  it('are items of a response, one of them failed, and sources of its words', () => {
    const output = show('gemini', 'openai-responses').body['output'] as JsonRecord[];
    expect(output).toMatchObject([
      { type: 'message', content: [{ annotations: [{ type: 'url_citation', url: read }] }] },
      { type: 'web_search_call', status: 'completed', action: { type: 'open_page', url: read } },
      { type: 'web_search_call', status: 'failed', action: { type: 'open_page', url: shut } },
    ]);
  });

  it('are sources for a client of chat, and counted', () => {
    const { body, told } = show('gemini', 'openai-chat');
    const [choice] = body['choices'] as { message: JsonRecord }[];
    expect(choice!.message['annotations']).toMatchObject([{ url_citation: { url: read } }]);
    expect(told).toHaveLength(4);
  });

  it('are told to Google’s own clients as Google tells them, and nothing else', () => {
    const [candidate] = show('gemini', 'gemini').body['candidates'] as JsonRecord[];
    expect(candidate!['urlContextMetadata']).toEqual(urlContextMetadata);
    expect(candidate).not.toHaveProperty('groundingMetadata');
  });
});

describe('pages that Anthropic opened, for clients of Google’s', () => {
  const expected = {
    urlMetadata: [
      { retrievedUrl: read, urlRetrievalStatus: status('SUCCESS') },
      { retrievedUrl: shut, urlRetrievalStatus: status('ERROR') },
    ],
  };

  it('stand beside the answer', () => {
    const { body, told } = show('anthropic', 'gemini');
    expect(body['candidates']).toMatchObject([{ urlContextMetadata: expected }]);
    expect(told).toEqual([]);
  });

  it('stand in the last frame of a stream', () => {
    const { content, ...message } = answers.anthropic;
    const events = [
      { type: 'message_start', message: { ...message, content: [] } },
      ...content.flatMap((content_block, index) => [
        { type: 'content_block_start', index, content_block },
        { type: 'content_block_stop', index },
      ]),
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ];
    const wire = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    const decoder = findUpstreamCodec('anthropic')!.createStreamDecoder(dialect);
    const context = contextOf('generate-content');
    const encoder = findClientCodec('gemini')!.createStreamEncoder({
      ...context,
      path: { ...context.path, search: '?alt=sse' },
    });
    const shown = encodeStream(encoder, decodeStream(decoder, [Buffer.from(wire)]));
    const last = new SseReader().push(Buffer.from(shown)).at(-1)!;
    expect(JSON.parse(last.data!)).toMatchObject({
      candidates: [{ urlContextMetadata: expected }],
    });
  });
});
