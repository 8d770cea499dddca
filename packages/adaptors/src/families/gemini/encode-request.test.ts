import { describe, expect, it } from '@jest/globals';
import type { CanonicalRequest, JsonRecord, Part, Tool, Turn } from '@turnpike/core';
import type { EncodeTarget } from '../../translation.ts';
import { encodeGeminiRequest } from './encode-request.ts';

const target: EncodeTarget = {
  model: 'gemini-3-flash-preview',
  dialect: { streamUsage: 'always' },
  config: { safety_setting: 'unset' },
  scope: 'gemini/3',
};

function encode(changes: Partial<CanonicalRequest>, to: Partial<EncodeTarget> = {}) {
  return encodeGeminiRequest(
    {
      model: 'm',
      instructions: [],
      turns: [user('Hi')],
      tools: [],
      output: {},
      isStream: false,
      wantsStreamUsage: true,
      identity: {},
      extras: {},
      ...changes,
    },
    { ...target, ...to },
  );
}

function user(...parts: readonly (string | Part)[]): Turn {
  return {
    role: 'user',
    parts: parts.map((part) => (typeof part === 'string' ? { kind: 'text', text: part } : part)),
  };
}

const call = (callId: string, argumentsJson = '{}', signature?: string): Part => ({
  kind: 'tool-call',
  callId,
  name: 'wx',
  tool: 'function',
  argumentsJson,
  ...(signature !== undefined && {
    state: [{ family: 'gemini', kind: 'thought-signature', value: signature, scope: 'gemini/3' }],
  }),
});

const result = (callId: string, text: string, rest: Partial<Part> = {}): Turn => ({
  role: 'tool',
  parts: [
    {
      kind: 'tool-result',
      callId,
      tool: 'function',
      content: [{ kind: 'text', text }],
      ...rest,
    } as Part,
  ],
});

const weather: Tool = {
  kind: 'function',
  name: 'wx',
  isStrict: true,
  parameters: {
    $schema: 'x',
    type: 'object',
    additionalProperties: false,
    properties: {
      city: { type: ['string', 'null'], default: '', format: 'city' },
      mode: { const: 1 },
    },
    required: ['city'],
  },
};

describe('encodeGeminiRequest', () => {
  it('encodes a conversation with a tool, and reduces the schema where it must', () => {
    const { body, losses } = encode(
      {
        instructions: [{ kind: 'text', text: 'S', role: 'system' }],
        turns: [
          user('weather?'),
          { role: 'assistant', parts: [call('call_a', '{"city":"Oslo"}', 'c2ln')] },
          result('call_a', '{"temp":3}'),
        ],
        tools: [weather],
        toolChoice: { mode: 'required' },
        reasoning: { effort: 'low' },
      },
      { config: { schema_dialect: 'openapi' } },
    );

    expect(body).toEqual({
      systemInstruction: { parts: [{ text: 'S' }] },
      contents: [
        { role: 'user', parts: [{ text: 'weather?' }] },
        {
          role: 'model',
          parts: [
            {
              functionCall: { id: 'call_a', name: 'wx', args: { city: 'Oslo' } },
              thoughtSignature: 'c2ln',
            },
          ],
        },
        {
          role: 'user',
          parts: [{ functionResponse: { id: 'call_a', name: 'wx', response: { temp: 3 } } }],
        },
      ],
      tools: [
        {
          functionDeclarations: [
            {
              name: 'wx',
              description: '',
              parameters: {
                type: 'object',
                properties: {
                  city: { type: 'string', nullable: true },
                  mode: { type: 'number', format: 'enum', enum: ['1'] },
                },
                required: ['city'],
              },
            },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      safetySettings: [
        'HARASSMENT',
        'HATE_SPEECH',
        'SEXUALLY_EXPLICIT',
        'DANGEROUS_CONTENT',
        'CIVIC_INTEGRITY',
      ].map((category) => ({ category: `HARM_CATEGORY_${category}`, threshold: 'BLOCK_NONE' })),
      generationConfig: { thinkingConfig: { thinkingLevel: 'low', includeThoughts: true } },
    });
    expect(losses).toEqual([]);
  });

  it('gives newer models the JSON Schema itself', () => {
    const { body } = encode({ tools: [weather] });

    expect(body['tools']).toEqual([
      {
        functionDeclarations: [
          { name: 'wx', description: '', parametersJsonSchema: weather.parameters },
        ],
      },
    ]);
    expect(body['toolConfig']).toEqual({ functionCallingConfig: { mode: 'VALIDATED' } });
  });

  it('answers all calls of a turn in their order, in one turn, and what else was said after them', () => {
    const { body } = encode({
      turns: [
        user('weather?'),
        {
          role: 'assistant',
          parts: [{ kind: 'text', text: 'Let me check.' }, call('a', '{}', 's'), call('b')],
        },
        result('b', 'no data', { isError: true }),
        result('a', '18C'),
        user('Short please.'),
      ],
    });

    expect((body['contents'] as unknown[]).slice(1)).toEqual([
      {
        role: 'model',
        parts: [
          { text: 'Let me check.' },
          { functionCall: { id: 'a', name: 'wx', args: {} }, thoughtSignature: 's' },
          { functionCall: { id: 'b', name: 'wx', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'a', name: 'wx', response: { output: '18C' } } },
          { functionResponse: { id: 'b', name: 'wx', response: { error: 'no data' } } },
          { text: 'Short please.' },
        ],
      },
    ]);
  });

  it('marks a call whose signature got lost, and says so; older models need none and take no ids', () => {
    const turns = [user('?'), { role: 'assistant', parts: [call('a'), call('b')] } as Turn];
    const now = encode({ turns });
    const before = encode({ turns }, { model: 'gemini-2.5-flash' });

    expect(modelParts(now.body)).toEqual([
      {
        functionCall: { id: 'a', name: 'wx', args: {} },
        thoughtSignature: 'skip_thought_signature_validator',
      },
      { functionCall: { id: 'b', name: 'wx', args: {} } },
    ]);
    expect(now.losses).toMatchObject([{ severity: 'warn', at: 'turns[1]' }]);
    expect(modelParts(before.body)[0]).toEqual({ functionCall: { name: 'wx', args: {} } });
    expect(before.losses).toEqual([]);
  });

  it('puts a signature that came apart from its call back on it, but none of another scope', () => {
    const thoughts = (scope: string): Part => ({
      kind: 'reasoning',
      state: [{ family: 'gemini', kind: 'thought-signature', value: 'sig', scope }],
    });
    const withScope = (scope: string) =>
      modelParts(
        encode({
          turns: [
            user('?'),
            {
              role: 'assistant',
              parts: [thoughts(scope), { kind: 'text', text: 'Hm' }, call('a')],
            },
          ],
        }).body,
      );

    expect(withScope('gemini/3')[1]).toHaveProperty('thoughtSignature', 'sig');
    expect(withScope('gemini/2.5')[1]).toHaveProperty(
      'thoughtSignature',
      'skip_thought_signature_validator',
    );
  });

  it.each<[string, CanonicalRequest['reasoning'], number | undefined, JsonRecord | undefined]>([
    ['gemini-2.5-flash', { effort: 'none' }, undefined, { thinkingBudget: 0 }],
    ['gemini-2.5-pro', { effort: 'none' }, undefined, { thinkingBudget: 128 }],
    ['gemini-2.5-flash', { effort: 'medium' }, undefined, thinks(8192)],
    ['gemini-2.5-pro', { effort: 'max' }, undefined, thinks(32_768)],
    ['gemini-2.5-flash', { budgetTokens: 100_000 }, undefined, thinks(24_576)],
    ['gemini-2.5-flash', { isAdaptive: true }, undefined, thinks(-1)],
    ['gemini-2.5-flash', { budgetTokens: 4000 }, 2000, thinks(1000)],
    ['gemini-3-pro-preview', { effort: 'minimal' }, undefined, level('low')],
    ['gemini-3-flash-preview', { effort: 'minimal' }, undefined, level('minimal')],
    ['gemini-3.7-flash', { effort: 'minimal' }, undefined, level('low')],
    ['gemini-4-pro', { effort: 'xhigh' }, undefined, level('high')],
    ['gemini-3-pro-preview', { budgetTokens: 1024 }, undefined, level('low')],
    ['gemini-2.0-flash', { effort: 'high' }, undefined, undefined],
    ['gemma-3-27b-it', { effort: 'high' }, undefined, undefined],
  ])('makes %s think by %j', (model, reasoning, maxTokens, expected) => {
    const output = maxTokens === undefined ? {} : { maxTokens };
    const { body } = encode({ reasoning: reasoning!, output }, { model });

    expect((body['generationConfig'] as JsonRecord | undefined)?.['thinkingConfig']).toEqual(
      expected,
    );
  });

  it('keeps to the limits of models before JSON could stand beside functions', () => {
    const changes: Partial<CanonicalRequest> = {
      tools: [weather],
      output: { format: { type: 'json-schema', schema: { type: 'object' } } },
    };

    expect(encode(changes).body['generationConfig']).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object' },
    });
    const old = encode(changes, { model: 'gemini-2.5-pro' });
    expect(old.body['generationConfig']).toBeUndefined();
    expect(old.losses).toMatchObject([{ at: 'output.format', severity: 'fatal' }]);
  });

  it('takes the smaller of the limits of client and budget, and tells as many stop texts as it may', () => {
    const { body, losses, cutsAt } = encode(
      { output: { maxTokens: 100, stop: ['a', '', 'b', 'c', 'd', 'e', 'f'], choices: 2 } },
      { outputClamp: 40 },
    );

    expect(body['generationConfig']).toEqual({
      candidateCount: 2,
      maxOutputTokens: 40,
      stopSequences: ['a', 'b', 'c', 'd', 'e'],
    });
    expect(losses).toMatchObject([{ at: 'output.stop' }]);
    expect(cutsAt).toEqual(['f']);
  });

  it('translates hosted tools where the channel allows it, and refuses them elsewhere', () => {
    const tools: Tool[] = [
      {
        kind: 'hosted',
        hosted: { kind: 'web-search', family: 'openai-responses', raw: { type: 'web_search' } },
      },
    ];

    expect(encode({ tools }).losses).toMatchObject([{ at: 'tools[0]', severity: 'fatal' }]);
    const allowed = encode({ tools }, { config: { translate_hosted_tools: true } });
    expect(allowed.body['tools']).toEqual([{ googleSearch: {} }]);
  });

  it('brings media in their places', () => {
    const media = (source: object, mime?: string): Part => ({
      kind: 'media',
      media: 'image',
      source,
      ...(mime !== undefined && { mime }),
    });
    const parts = [
      media({ base64: 'AAAA' }, 'image/png'),
      media({ url: 'data:image/webp;base64,BBBB' }),
      media({ url: 'https://x.example/a.png?b=1' }),
      media({ fileId: 'file-1' }),
    ];
    const { body, losses } = encode({ turns: [user(...parts)] });

    expect(body['contents']).toEqual([
      {
        role: 'user',
        parts: [
          { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
          { inlineData: { mimeType: 'image/webp', data: 'BBBB' } },
          { fileData: { mimeType: 'image/png', fileUri: 'https://x.example/a.png?b=1' } },
        ],
      },
    ]);
    expect(losses).toMatchObject([{ at: 'turns[0].parts[3]', severity: 'fatal' }]);
    expect(encode({ turns: [user(parts[2]!)] }, { model: 'gemini-1.5-pro' }).losses).toMatchObject([
      { severity: 'fatal' },
    ]);
  });

  it('puts pictures of tool results inside them, beside them for older models', () => {
    const content: Part[] = [
      { kind: 'text', text: 'seen' },
      { kind: 'media', media: 'image', mime: 'image/png', source: { base64: 'AAAA' } },
    ];
    const turns: Turn[] = [
      user('?'),
      { role: 'assistant', parts: [call('a', '{}', 's')] },
      result('a', '', { content }),
    ];
    const picture = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
    const last = (body: JsonRecord) => (body['contents'] as { parts: unknown[] }[]).at(-1)?.parts;

    expect(last(encode({ turns }).body)).toEqual([
      { functionResponse: { id: 'a', name: 'wx', response: { output: 'seen' }, parts: [picture] } },
    ]);
    expect(last(encode({ turns }, { model: 'gemini-2.5-pro' }).body)).toEqual([
      { functionResponse: { name: 'wx', response: { output: 'seen' } } },
      { text: 'Media returned by wx:' },
      picture,
    ]);
  });

  it('puts instructions before the first words of models that have none', () => {
    const { body } = encode(
      { instructions: [{ kind: 'text', text: 'Be brief.', role: 'system' }] },
      { model: 'gemma-3-27b-it' },
    );

    expect(body['systemInstruction']).toBeUndefined();
    expect(body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'Be brief.\n\n' }, { text: 'Hi' }] },
    ]);
  });

  it('lets the channel replace the instructions, and asks with them where nothing else is there', () => {
    const changes: Partial<CanonicalRequest> = {
      instructions: [{ kind: 'text', text: 'Mine', role: 'system' }],
      turns: [],
    };

    expect(encode(changes, { systemPrompt: 'Theirs' }).body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'Theirs' }] },
    ]);
  });

  it('offers a tool of free text as a function, to be undone in the answer', () => {
    const { body, restoration } = encode({
      tools: [{ kind: 'custom', name: '1patch', format: { type: 'text' } }],
    });
    const [declared] = (body['tools'] as { functionDeclarations: { name: string }[] }[])[0]!
      .functionDeclarations;

    expect(declared?.name).toMatch(/^_1patch_/);
    expect(restoration?.names.get(declared!.name)).toBe('1patch');
    expect(restoration?.customTools).toEqual(new Set(['1patch']));
  });
});

function thinks(thinkingBudget: number): JsonRecord {
  return { thinkingBudget, includeThoughts: true };
}

function level(thinkingLevel: string): JsonRecord {
  return { thinkingLevel, includeThoughts: true };
}

function modelParts(body: JsonRecord): unknown[] {
  const contents = body['contents'] as { role: string; parts: unknown[] }[];
  return contents.find(({ role }) => role === 'model')?.parts ?? [];
}
