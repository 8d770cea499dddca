import { describe, expect, it } from '@jest/globals';
import type { EncodeTarget } from '../../translation.ts';
import { aliasCallId, callIdRules } from '../../translate/call-ids.ts';
import { decodeChatRequest } from '../openai-chat/decode-request.ts';
import { pathOf, targetOf } from '../testing/translation.ts';
import { encodeMessagesRequest } from './encode-request.ts';

type Encoded = ReturnType<typeof encodeMessagesRequest>;

/** What Anthropic gets of a chat request. */
function encode(body: object, target: Partial<EncodeTarget> = {}): Encoded {
  const chat = { model: 'claude-sonnet-4-5', messages: [{ role: 'user', content: 'hi' }], ...body };
  const request = decodeChatRequest(chat, pathOf('chat'));
  return encodeMessagesRequest(request, targetOf(chat.model, target));
}

const bodyOf = (body: object, target?: Partial<EncodeTarget>): Record<string, unknown> => ({
  ...encode(body, target).body,
});
const lossesOf = ({ losses }: Encoded): string[] =>
  losses.map(({ severity, at }) => `${severity} ${at}`);

const hi = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
const json = { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } };

describe('a chat request for Anthropic', () => {
  it('has tools, pictures and results where Anthropic wants them', () => {
    const first = aliasCallId('call.1', callIdRules.anthropic);
    expect(
      bodyOf({
        max_tokens: 200,
        temperature: 1.4,
        top_p: 0.9,
        stop: 'END',
        user: 'u-17',
        parallel_tool_calls: false,
        tool_choice: 'required',
        messages: [
          { role: 'system', content: 'Be brief.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What city?' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0=' } },
            ],
          },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 'call.1', type: 'function', function: { name: 'lookup', arguments: '' } },
              {
                id: 'call_2',
                type: 'function',
                function: { name: 'lookup', arguments: '{"q":"x"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'call_2', content: 'Bergen' },
          { role: 'tool', tool_call_id: 'call.1', content: 'Oslo' },
          { role: 'user', content: 'Go on' },
        ],
        tools: [
          {
            type: 'function',
            function: {
              name: 'lookup',
              description: 'find',
              parameters: { type: 'object', properties: { q: { type: 'string' } } },
            },
          },
        ],
      }),
    ).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 200,
      temperature: 1,
      stop_sequences: ['END'],
      metadata: { user_id: 'u-17' },
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What city?' },
            {
              type: 'image',
              source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0=' },
            },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: first, name: 'lookup', input: {} },
            { type: 'tool_use', id: 'call_2', name: 'lookup', input: { q: 'x' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: first, content: 'Oslo' },
            { type: 'tool_result', tool_use_id: 'call_2', content: 'Bergen' },
            { type: 'text', text: 'Go on' },
          ],
        },
      ],
      tools: [
        {
          name: 'lookup',
          description: 'find',
          input_schema: { type: 'object', properties: { q: { type: 'string' } } },
        },
      ],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
  });

  it('thinks by effort on the newest models, without sampling', () => {
    const model = 'claude-opus-4-7';
    expect(bodyOf({ model, temperature: 0.2, reasoning_effort: 'xhigh' })).toEqual({
      model,
      max_tokens: 8192,
      messages: hi,
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'xhigh' },
    });
    expect(bodyOf({ model, reasoning_effort: 'none' })['thinking']).toEqual({ type: 'disabled' });
    const older = bodyOf({ model: 'claude-opus-4-6', reasoning_effort: 'xhigh' });
    expect(older['output_config']).toEqual({ effort: 'max' });
  });

  it('thinks by budget on older ones, with room for the answer', () => {
    expect(bodyOf({ max_tokens: 1000, reasoning_effort: 'low' })).toMatchObject({
      max_tokens: 7400,
      thinking: { type: 'enabled', budget_tokens: 6400 },
    });
    const clamped = encode({ max_tokens: 1000, reasoning_effort: 'low' }, { outputClamp: 500 });
    expect(clamped.body).toMatchObject({ max_tokens: 500 });
    expect(clamped.body['thinking']).toBeUndefined();
    expect(lossesOf(clamped)).toContain('warn reasoning');
    const none = bodyOf({ model: 'claude-3-5-haiku-20241022', reasoning_effort: 'low' });
    expect(none['thinking']).toBeUndefined();
  });

  it('cannot force a call while it thinks', () => {
    const encoded = encode({
      reasoning_effort: 'low',
      tool_choice: 'required',
      tools: [{ type: 'function', function: { name: 'f' } }],
    });
    expect(encoded.body['tool_choice']).toEqual({ type: 'auto' });
    expect(lossesOf(encoded)).toContain('warn tool_choice');
  });

  it('does not think on behind calls whose thoughts are lost', () => {
    const messages = [
      { role: 'user', content: 'q' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'r' },
    ];
    expect(bodyOf({ messages, reasoning_effort: 'low' })['thinking']).toBeUndefined();
    const adaptive = bodyOf({ model: 'claude-opus-5', messages, reasoning_effort: 'low' });
    expect(adaptive['thinking']).toMatchObject({ type: 'adaptive' });
  });

  it('keeps to the limits of the model and of the budget', () => {
    const limit = (body: object, target?: Partial<EncodeTarget>): unknown =>
      bodyOf(body, target)['max_tokens'];
    expect(limit({ max_tokens: 999_999 })).toBe(64_000);
    expect(limit({ max_tokens: 5000 }, { outputClamp: 77 })).toBe(77);
    expect(limit({ model: 'claude-3-haiku-20240307' })).toBe(4096);
    expect(limit({ model: 'glm-5', max_tokens: 99_000 })).toBe(99_000);
  });

  it('asks for JSON by the means that the model has', () => {
    expect(bodyOf({ response_format: json })['output_config']).toEqual({
      format: { type: 'json_schema', schema: { type: 'object', additionalProperties: false } },
    });
    const older = encode({ model: 'claude-3-5-haiku-20241022', response_format: json });
    expect(older.body).toMatchObject({
      tools: [{ name: 'json', input_schema: { type: 'object' } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
    expect(older.restoration?.answerTool).toBe('json');
    const inWords = encode({ response_format: { type: 'json_object' } });
    expect(JSON.stringify(inWords.body['system'])).toContain('JSON object');
    expect(lossesOf(inWords)).toContain('warn output.format');
  });

  it('says limits of a schema in words, because structured output refuses them', () => {
    const schema = {
      type: 'object',
      properties: {
        n: { type: 'integer', minimum: 1, description: 'A number.' },
        d: {
          oneOf: [
            { type: 'string', format: 'color' },
            { $ref: '#/$defs/x', title: 't' },
          ],
        },
      },
    };
    const format = { type: 'json_schema', json_schema: { name: 'n', schema } };
    expect(bodyOf({ response_format: format })['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          additionalProperties: false,
          properties: {
            n: { type: 'integer', description: 'A number. (minimum: 1)' },
            d: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/x' }] },
          },
        },
      },
    });
  });

  it('begins with the user, has no empty texts and no neighbours of one role', () => {
    const messages = [
      { role: 'assistant', content: 'Welcome.' },
      { role: 'user', content: '' },
      { role: 'user', content: 'a' },
      { role: 'user', content: [{ type: 'text', text: 'b' }] },
      { role: 'system', content: 'Remember.' },
    ];
    const text = (words: string): object => ({ type: 'text', text: words });
    expect(bodyOf({ messages })['messages']).toEqual([
      { role: 'user', content: [text('...')] },
      { role: 'assistant', content: [text('Welcome.')] },
      {
        role: 'user',
        content: [text('a'), text('b'), text('<system-reminder>\nRemember.\n</system-reminder>')],
      },
    ]);
  });

  it('lets older models go on with a begun answer, and asks newer ones to', () => {
    const messages = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: 'The answer is ' },
    ];
    const last = (model: string): unknown => {
      const list = bodyOf({ model, messages })['messages'] as unknown[];
      return list.at(-1);
    };
    expect(last('claude-sonnet-4-5')).toEqual({
      role: 'assistant',
      content: [{ type: 'text', text: 'The answer is' }],
    });
    expect(last('claude-opus-5')).toMatchObject({ role: 'user' });
  });

  it('gives thoughts back only with a signature of the right scope', () => {
    const detail = { type: 'reasoning.text', text: 'hm', signature: 'gw1.x' };
    const chat = {
      model: 'claude-opus-5',
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: 'a', reasoning_details: [detail], reasoning_content: 'hm' },
        { role: 'user', content: 'r' },
      ],
    };
    const request = decodeChatRequest(chat, pathOf('chat'));
    const [, answer] = request.turns;
    expect(answer?.parts[0]).toMatchObject({
      kind: 'reasoning',
      text: 'hm',
      state: [{ value: 'gw1.x' }],
    });
    const opened = (scope: string): unknown => {
      const state = [{ family: 'anthropic', kind: 'signature', value: 'S', scope } as const];
      const parts = [{ kind: 'reasoning', text: 'hm', state } as const, ...answer!.parts.slice(1)];
      const turns = request.turns.map((turn) =>
        turn === answer ? { role: turn.role, parts } : turn,
      );
      const { body } = encodeMessagesRequest({ ...request, turns }, targetOf('claude-opus-5'));
      return (body['messages'] as { content: unknown }[])[1]?.content;
    };
    expect(opened('anthropic')).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 'S' },
      { type: 'text', text: 'a' },
    ]);
    expect(opened('elsewhere')).toEqual([{ type: 'text', text: 'a' }]);
  });

  it('offers custom tools as functions, and remembers which', () => {
    const grammar = { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"' } };
    const encoded = encode({
      tools: [{ type: 'custom', custom: { name: 'patch', format: grammar } }],
      tool_choice: { type: 'custom', custom: { name: 'patch' } },
    });
    expect(encoded.body).toMatchObject({
      tools: [{ name: 'patch', input_schema: { required: ['input'] } }],
      tool_choice: { type: 'tool', name: 'patch' },
    });
    expect(JSON.stringify(encoded.body['tools'])).toContain('start: ');
    expect(encoded.restoration?.customTools).toEqual(new Set(['patch']));
    expect(lossesOf(encoded)).toContain('warn tools[0].format');
  });

  it('carries cache marks, four at most', () => {
    const marked = (text: string): object => ({
      type: 'text',
      text,
      cache_control: { type: 'ephemeral', ttl: '1h' },
    });
    const messages = [
      { role: 'system', content: [marked('s')] },
      { role: 'user', content: ['a', 'b', 'c', 'd'].map(marked) },
    ];
    const encoded = encode({ messages });
    expect(JSON.stringify(encoded.body).match(/"cache_control"/g)).toHaveLength(4);
    expect(encoded.body['system']).toEqual([{ type: 'text', text: 's' }]);
    expect(lossesOf(encoded)).toContain('warn cache');
  });

  it.each<[string, object, string]>([
    ['several answers', { n: 2 }, 'fatal output.n'],
    ['spoken answers', { modalities: ['text', 'audio'] }, 'fatal output.modalities'],
    ['a seed', { seed: 1 }, 'warn output.seed'],
    ['a search of OpenAI', { web_search_options: {} }, 'fatal web_search_options'],
    [
      'spoken questions',
      {
        messages: [
          { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'x' } }] },
        ],
      },
      'fatal turns[0].audio',
    ],
  ])('tells that it cannot carry %s', (_title, body, loss) => {
    expect(lossesOf(encode(body))).toContain(loss);
  });

  it('tells no person from an id', () => {
    const userOf = (user: string): unknown => bodyOf({ user })['metadata'];
    expect(userOf('u-17')).toEqual({ user_id: 'u-17' });
    expect(JSON.stringify(userOf('ann@example.com'))).not.toContain('ann');
    expect(JSON.stringify(userOf('+49 30 1234567'))).not.toContain('1234567');
  });

  it('is fit for a host that has the model in its address', () => {
    const dialect = {
      streamUsage: 'always',
      deleteMembers: ['model', 'stream'],
      defaultMembers: [{ key: 'anthropic_version', json: '"bedrock-2023-05-31"' }],
    } as const;
    expect(bodyOf({ max_tokens: 16, stream: true }, { dialect })).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 16,
      messages: hi,
    });
  });
});
