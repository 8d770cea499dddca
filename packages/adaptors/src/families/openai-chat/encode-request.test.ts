import { describe, expect, it } from '@jest/globals';
import type { ChatTraits } from '../../codec.ts';
import { decodeMessagesRequest } from '../anthropic/decode-request.ts';
import { pathOf, targetOf } from '../testing/translation.ts';
import { decodeChatRequest } from './decode-request.ts';
import { encodeChatRequest } from './encode-request.ts';

type Encoded = ReturnType<typeof encodeChatRequest>;

/** What a chat upstream gets of a request of the Messages API. */
function encode(body: object, traits: ChatTraits = {}, model = 'gpt-4o'): Encoded {
  const messages = [{ role: 'user', content: 'hi' }];
  const request = decodeMessagesRequest(
    { model: 'claude-x', max_tokens: 100, messages, ...body },
    pathOf('messages'),
  );
  const dialect = { streamUsage: 'on-request', chat: () => traits } as const;
  return encodeChatRequest(request, targetOf(model, { dialect }));
}

const lossesOf = ({ losses }: Encoded): string[] =>
  losses.map(({ severity, at }) => `${severity} ${at}`);
const messagesOf = (body: object, traits?: ChatTraits): unknown =>
  encode(body, traits).body['messages'];

const use = (id: string, input: object = {}): object => ({
  type: 'tool_use',
  id,
  name: 'get',
  input,
});
const text = (words: string): object => ({ type: 'text', text: words });

describe('a request of the Messages API for a chat upstream', () => {
  it('has results as messages of their own, and pictures of results behind them', () => {
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: 'AA==' },
    };
    const encoded = encode({
      system: [text('One.'), text('Two.')],
      messages: [
        { role: 'user', content: 'Look' },
        { role: 'assistant', content: [text('Well'), use('a', { b: 1.0 }), use('b')] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'b', content: 'no data', is_error: true },
            { type: 'tool_result', tool_use_id: 'a', content: [text('seen'), image] },
            text('Short please.'),
          ],
        },
      ],
      tools: [{ name: 'get', description: 'd', input_schema: { type: 'object' } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
    expect(encoded.body).toEqual({
      model: 'gpt-4o',
      max_tokens: 100,
      messages: [
        { role: 'system', content: 'One.\n\nTwo.' },
        { role: 'user', content: 'Look' },
        {
          role: 'assistant',
          content: 'Well',
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'get', arguments: '{"b":1}' } },
            { id: 'b', type: 'function', function: { name: 'get', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'seen\n[image of a follows]' },
        { role: 'tool', tool_call_id: 'b', content: 'Error: no data' },
        {
          role: 'user',
          content: [
            { type: 'text', text: '[image of a]' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
            { type: 'text', text: 'Short please.' },
          ],
        },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'get', description: 'd', parameters: { type: 'object' } },
        },
      ],
      tool_choice: 'required',
      parallel_tool_calls: false,
    });
    expect(lossesOf(encoded)).toContain('warn turns[2]');
  });

  it('asks for usage, and calls the limit what the model calls it', () => {
    expect(encode({ stream: true }, {}, 'gpt-5.2').body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 100,
    });
    expect(encode({ stream: true }, {}, 'llama').body).toMatchObject({ max_tokens: 100 });
  });

  it.each<[string, object, string, ChatTraits, object]>([
    [
      'budget',
      { thinking: { type: 'enabled', budget_tokens: 1500 } },
      'gpt-5',
      {},
      { reasoning_effort: 'low' },
    ],
    [
      'budget',
      { thinking: { type: 'enabled', budget_tokens: 9000 } },
      'gpt-5',
      {},
      { reasoning_effort: 'high' },
    ],
    [
      'effort',
      { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } },
      'gpt-5.2',
      {},
      { reasoning_effort: 'xhigh' },
    ],
    ['nothing', { thinking: { type: 'disabled' } }, 'gpt-5.2', {}, { reasoning_effort: 'none' }],
    ['nothing', { thinking: { type: 'disabled' } }, 'gpt-5', {}, { reasoning_effort: 'minimal' }],
    [
      'a switch',
      { thinking: { type: 'adaptive' } },
      'glm-5',
      { reasoningSwitch: 'thinking' },
      { thinking: { type: 'enabled' } },
    ],
    [
      'a switch',
      { thinking: { type: 'enabled', budget_tokens: 4000 } },
      'qwen3',
      { reasoningSwitch: 'enable-thinking' },
      { enable_thinking: true, thinking_budget: 4000 },
    ],
    [
      'an object',
      { thinking: { type: 'adaptive' } },
      'x/y',
      { reasoningSwitch: 'reasoning' },
      { reasoning: { effort: 'medium' } },
    ],
  ])('asks for thoughts by %s', (_title, body, model, traits, expected) => {
    expect(encode(body, traits, model).body).toMatchObject(expected);
  });

  it('does not mention thoughts, or sampling, to models that refuse the mention', () => {
    const plain = encode({ thinking: { type: 'enabled', budget_tokens: 1500 } }, {}, 'gpt-4o');
    expect(JSON.stringify(plain.body)).not.toMatch(/reason|think/);
    expect(lossesOf(plain)).toContain('warn reasoning');
    const sampled = encode({ temperature: 1, top_p: 0.9 }, {}, 'gpt-5');
    expect(sampled.body).not.toHaveProperty('temperature');
    expect(lossesOf(sampled)).toContain('warn output.temperature');
  });

  it('echoes thoughts as each vendor wants it', () => {
    const thought = (words: string): object => ({
      type: 'thinking',
      thinking: words,
      signature: 's',
    });
    const body = {
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: [thought('old'), text('a')] },
        { role: 'user', content: 'r' },
        { role: 'assistant', content: [thought('new'), use('a')] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'x' }] },
      ],
    };
    const echoes = (traits: ChatTraits): unknown[] =>
      (messagesOf(body, traits) as { role: string; reasoning_content?: string }[])
        .filter(({ role }) => role === 'assistant')
        .map((message) => message.reasoning_content);
    expect(echoes({})).toEqual([undefined, undefined]);
    expect(echoes({ reasoningEcho: 'in-tool-loop' })).toEqual([undefined, 'new']);
    expect(echoes({ reasoningEcho: 'with-calls' })).toEqual(['old', 'new']);
  });

  it('gives calls the ids that an upstream insists on, on both sides', () => {
    const body = {
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: [use('toolu_01AbCdEf')] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_01AbCdEf' }] },
      ],
    };
    const callIds = { characters: 'A-Za-z0-9', maxLength: 9, exactLength: 9 };
    const [, call, result] = messagesOf(body, { callIds }) as {
      tool_calls: { id: string }[];
      tool_call_id: string;
    }[];
    expect(call?.tool_calls[0]?.id).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(result?.tool_call_id).toBe(call?.tool_calls[0]?.id);
  });

  it('writes documents out, or sends them as files', () => {
    const source = { type: 'text', media_type: 'text/plain', data: 'Body' };
    const pdf = { type: 'base64', media_type: 'application/pdf', data: 'AA==' };
    const content = [
      { type: 'document', source, title: 'Notes' },
      { type: 'document', source: pdf, title: 'a.pdf' },
    ];
    expect(messagesOf({ messages: [{ role: 'user', content }] })).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: '[document: Notes]\nBody' },
          {
            type: 'file',
            file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' },
          },
        ],
      },
    ]);
    const textOnly = encode({ messages: [{ role: 'user', content }] }, { isTextOnly: true });
    expect(lossesOf(textOnly)).toContain('fatal turns[0].document');
  });

  it('describes tools that the client runs, and refuses those that the upstream runs', () => {
    const encoded = encode({
      tools: [
        { type: 'bash_20250124', name: 'bash' },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
    });
    expect(encoded.body['tools']).toMatchObject([
      { function: { name: 'bash', parameters: { properties: { command: {} } } } },
    ]);
    expect(lossesOf(encoded)).toContain('fatal tools[1]');
  });

  it.each<[string, object, string]>([
    [
      'cache marks',
      { system: [{ ...text('s'), cache_control: { type: 'ephemeral' } }] },
      'warn instructions.cache',
    ],
    ['top_k', { top_k: 5 }, 'warn output.top_k'],
    [
      'a begun answer',
      {
        messages: [
          { role: 'user', content: 'q' },
          { role: 'assistant', content: 'A' },
        ],
      },
      'warn turns[1]',
    ],
    ['servers of tools', { mcp_servers: [{}] }, 'fatal mcp_servers'],
    ['five stop sequences', { stop_sequences: ['1', '2', '3', '4', '5'] }, 'warn output.stop'],
  ])('tells that it cannot carry %s', (_title, body, loss) => {
    expect(lossesOf(encode(body))).toContain(loss);
  });

  it('replaces the instructions by a prompt of the channel', () => {
    const request = decodeMessagesRequest(
      { model: 'm', system: 'client', messages: [{ role: 'user', content: 'hi' }] },
      pathOf('messages'),
    );
    const { body } = encodeChatRequest(request, targetOf('m', { systemPrompt: 'channel' }));
    expect(body['messages']).toEqual([
      { role: 'system', content: 'channel' },
      { role: 'user', content: 'hi' },
    ]);
  });
});

describe('a chat request that stays one', () => {
  const body = {
    model: 'm',
    messages: [
      {
        role: 'system',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b', x: 1 },
        ],
      },
      { role: 'developer', content: 'c', name: 'n' },
      {
        role: 'user',
        content: [
          { type: 'new_part', data: {} },
          { type: 'text', text: 'q' },
        ],
      },
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: '{ "x": 1.0 }' }, y: 1 },
          { id: 'b', type: 'custom', custom: { name: 'c', input: 'i' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'r' }], z: 1 },
      { role: 'tool', tool_call_id: 'b', content: 's' },
      { role: 'user', content: '' },
    ],
    tools: [
      { type: 'function', function: { name: 'f', parameters: { type: 'object' }, extra: 1 } },
      { type: 'custom', custom: { name: 'c' } },
    ],
    temperature: 0,
    n: 1,
    max_completion_tokens: 5,
    min_p: 0.1,
    provider: { order: ['x'] },
    response_format: { type: 'json_object' },
    stream: true,
    stream_options: { include_usage: true },
  };

  it('is what it was', () => {
    const dialect = { streamUsage: 'on-request', chat: () => ({ takesDeveloper: true }) } as const;
    const request = decodeChatRequest(body, pathOf('chat'));
    const { body: encoded, losses } = encodeChatRequest(request, targetOf('m', { dialect }));
    expect(encoded).toEqual(body);
    expect(losses).toEqual([]);
  });
});
