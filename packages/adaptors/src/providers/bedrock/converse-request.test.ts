import { describe, expect, it } from '@jest/globals';
import { decodeMessagesRequest } from '../../families/anthropic/decode-request.ts';
import { anthropicUpstreamCodec } from '../../families/anthropic/upstream-codec.ts';
import { decodeChatRequest } from '../../families/openai-chat/decode-request.ts';
import { pathOf, targetOf } from '../../families/testing/translation.ts';
import { bedrock } from '../bedrock.ts';

const { dialect } = bedrock;
const nova = 'amazon.nova-pro-v1:0';
const llama = 'meta.llama3-3-70b-instruct-v1:0';
const tools = [{ name: 'f', input_schema: { type: 'object' } }];

function encode(body: object, model = nova) {
  const message = { model, max_tokens: 9, ...body };
  const request = decodeMessagesRequest(message, pathOf('messages'));
  const encoded = anthropicUpstreamCodec.encodeRequest(request, targetOf(model, { dialect }));
  const told = encoded.losses.map(({ severity, what, at }) => `${severity} ${what} ${at}`);
  return { body: encoded.body, told };
}

/** A question, a call, and what it came back with. */
function results(content: unknown, more: object = {}): object[] {
  return [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'f', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content, ...more }] },
  ];
}

const contentOf = (body: Record<string, unknown>, turn: number): unknown =>
  (body['messages'] as { content: unknown }[])[turn]!.content;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('results of tools for Converse', () => {
  it('keep every kind of content that it has a form for', () => {
    const { body, told } = encode({
      tools,
      messages: results([
        { type: 'text', text: 'found' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
        {
          type: 'document',
          title: 'Q3: report.txt',
          context: 'of last year',
          source: { type: 'content', content: [{ type: 'text', text: 'up' }] },
        },
        {
          type: 'search_result',
          title: 'A',
          source: 'https://a.example',
          content: [{ type: 'text', text: 'cats' }],
          citations: { enabled: true },
        },
      ]),
    });
    expect(contentOf(body, 2)).toEqual([
      {
        toolResult: {
          toolUseId: 'c1',
          status: 'success',
          content: [
            { text: 'found' },
            { image: { format: 'png', source: { bytes: 'AA==' } } },
            {
              document: {
                format: 'txt',
                name: 'Q3 report txt',
                context: 'of last year',
                source: { bytes: base64('up') },
              },
            },
            {
              document: {
                format: 'txt',
                name: 'A',
                context: 'https://a.example',
                source: { bytes: base64('cats') },
                citations: { enabled: true },
              },
            },
          ],
        },
      },
    ]);
    expect(told).toEqual(['info approximated turns[2].tool_result.search_result']);
  });

  it('have marks of the cache behind them, not within', () => {
    const marked = { type: 'text', text: 'r', cache_control: { type: 'ephemeral', ttl: '1h' } };
    const { body } = encode({ tools, messages: results([marked]) });
    expect(contentOf(body, 2)).toEqual([
      { toolResult: expect.objectContaining({ content: [{ text: 'r' }] }) },
      { cachePoint: { type: 'default', ttl: '1h' } },
    ]);
  });

  it('are counted where something in them is not known', () => {
    const stored = { type: 'file', file_id: 'file_1' };
    const { told } = encode({
      tools,
      messages: results([
        { type: 'tool_reference', tool_name: 'g' },
        { type: 'document', source: stored },
        { type: 'image', source: stored },
      ]),
    });
    expect(told).toEqual([
      'fatal dropped turns[2].tool_result.block',
      'fatal dropped turns[2].tool_result.document',
      'fatal dropped turns[2].tool_result.image',
    ]);
  });

  it('are words where no tool may be called, and say that the tool failed', () => {
    for (const more of [{}, { tools, tool_choice: { type: 'none' } }]) {
      const { body, told } = encode({ messages: results('no', { is_error: true }), ...more });
      expect(body['toolConfig']).toBeUndefined();
      expect(contentOf(body, 1)).toEqual([{ text: '[called f {}]' }]);
      expect(contentOf(body, 2)).toEqual([{ text: '[the tool failed]' }, { text: 'no' }]);
      expect(told).toEqual([
        'info approximated turns[1].tools',
        'info approximated turns[2].tools',
      ]);
    }
  });
});

describe('conversations of Anthropic’s clients for Converse', () => {
  it('have roles in turn, and thoughts without an empty signature', () => {
    const { body } = encode({
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', content: 'b' },
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: '' }] },
        { role: 'user', content: 'c' },
      ],
    });
    expect(body['messages']).toEqual([
      { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
      { role: 'assistant', content: [{ reasoningContent: { reasoningText: { text: 'hm' } } }] },
      { role: 'user', content: [{ text: 'c' }] },
    ]);
  });

  it('give every document a name of its own', () => {
    const document = {
      type: 'document',
      title: 'a/b.pdf',
      source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' },
    };
    const untitled = { ...document, title: undefined };
    const content = [{ type: 'text', text: 'q' }, document, document, untitled];
    const { body } = encode({ messages: [{ role: 'user', content }] });
    expect(contentOf(body, 0)).toMatchObject([
      { text: 'q' },
      { document: { name: 'a b pdf' } },
      { document: { name: 'a b pdf (2)' } },
      { document: { name: 'document-3' } },
    ]);
  });

  it('take documents that Anthropic does not know', () => {
    const type = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
    const file = { filename: 'a.docx', file_data: `data:${type};base64,UEs=` };
    const content = [
      { type: 'text', text: 'q' },
      { type: 'file', file },
    ];
    const chat = { model: nova, messages: [{ role: 'user', content }] };
    const { body, losses } = anthropicUpstreamCodec.encodeRequest(
      decodeChatRequest(chat, pathOf('chat')),
      targetOf(nova, { dialect }),
    );
    expect(contentOf(body, 0)).toEqual([
      { text: 'q' },
      { document: { format: 'docx', name: 'a docx', source: { bytes: 'UEs=' } } },
    ]);
    expect(losses).toEqual([]);
  });

  it('count what this wire, or this model, has no form for', () => {
    const mark = { cache_control: { type: 'ephemeral' } };
    const { body, told } = encode(
      {
        metadata: { user_id: 'u' },
        thinking: { type: 'enabled', budget_tokens: 1024 },
        max_tokens: 4096,
        tools,
        tool_choice: { type: 'any' },
        system: [{ type: 'text', text: 's', ...mark }],
        messages: [
          { role: 'user', content: 'q' },
          {
            role: 'assistant',
            content: [
              { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
              { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
              {
                type: 'text',
                text: 'a',
                citations: [{ type: 'char_location', cited_text: 'x', document_index: 0 }],
              },
            ],
          },
          { role: 'user', content: [{ type: 'container_upload', file_id: 'f' }] },
        ],
      },
      llama,
    );
    expect(body['toolConfig']).toMatchObject({ toolChoice: { auto: {} } });
    expect(told.sort()).toEqual(
      [
        'warn approximated tool_choice',
        'warn dropped reasoning',
        'warn dropped system.cache_control',
        'info dropped metadata',
        'warn dropped turns[1].step',
        'warn dropped turns[1].step',
        'info dropped turns[1].citations',
        'fatal dropped turns[2].block',
      ].sort(),
    );
  });
});
