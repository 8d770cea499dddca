import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CanonicalRequest, JsonRecord, Part, Turn } from '@turnpike/core';
import type { EncodedUpstreamRequest, EncodeTarget } from '../../translation.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeResponsesRequest } from './encode-request.ts';
import { responsesPath } from './testing/translate-events.ts';

const target: EncodeTarget = {
  model: 'gpt-5.1',
  dialect: { streamUsage: 'always' },
  config: {},
  scope: 'channel-1',
};

function makeRequest(members: Partial<CanonicalRequest>): CanonicalRequest {
  return {
    model: 'm1',
    instructions: [],
    turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
    tools: [],
    output: {},
    isStream: false,
    wantsStreamUsage: false,
    identity: {},
    extras: {},
    ...members,
  };
}

function encode(
  members: Partial<CanonicalRequest>,
  more: Partial<EncodeTarget> = {},
): EncodedUpstreamRequest {
  return encodeResponsesRequest(makeRequest(members), { ...target, ...more });
}

function encodeTurns(...turns: Turn[]): unknown {
  return encode({ turns }).body['input'];
}

function placesOf({ losses }: EncodedUpstreamRequest): [string, string][] {
  return losses.map(({ at, severity }) => [at, severity]);
}

const anthropicThought: Part = {
  kind: 'reasoning',
  text: 'Two.',
  state: [{ family: 'anthropic', kind: 'signature', value: 's' }],
};

describe('encodeResponsesRequest', () => {
  it('encodes a conversation of another family', () => {
    const { body, losses } = encode({
      instructions: [{ kind: 'text', text: 'You help.', role: 'system' }],
      isStream: true,
      output: { maxTokens: 500 },
      reasoning: { effort: 'low', includesText: true },
      toolChoice: { mode: 'auto', parallel: false },
      tools: [{ kind: 'function', name: 'get', parameters: { type: 'object' } }],
      turns: [
        {
          role: 'user',
          parts: [
            { kind: 'text', text: 'Weather?' },
            { kind: 'media', media: 'image', mime: 'image/png', source: { base64: 'aGk=' } },
          ],
        },
        {
          role: 'assistant',
          parts: [
            { kind: 'text', text: 'Let me check.' },
            { kind: 'tool-call', callId: 'a', name: 'get', tool: 'function', argumentsJson: '' },
          ],
        },
        {
          role: 'tool',
          parts: [
            {
              kind: 'tool-result',
              callId: 'a',
              tool: 'function',
              isError: true,
              content: [{ kind: 'text', text: 'no data' }],
            },
          ],
        },
        { role: 'user', parts: [{ kind: 'text', text: 'Short please.' }] },
      ],
    });
    expect(body).toEqual({
      model: 'gpt-5.1',
      store: false,
      include: ['reasoning.encrypted_content'],
      stream: true,
      instructions: 'You help.',
      max_output_tokens: 500,
      reasoning: { effort: 'low', summary: 'auto' },
      tools: [{ type: 'function', name: 'get', parameters: { type: 'object' }, strict: false }],
      tool_choice: 'auto',
      parallel_tool_calls: false,
      input: [
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'Weather?' },
            { type: 'input_image', image_url: 'data:image/png;base64,aGk=', detail: 'auto' },
          ],
        },
        {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Let me check.', annotations: [] }],
        },
        { type: 'function_call', call_id: 'a', name: 'get', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: 'Error: no data' },
        {
          type: 'message',
          role: 'user',
          content: [{ type: 'input_text', text: 'Short please.' }],
        },
      ],
    });
    expect(losses).toEqual([expect.objectContaining({ severity: 'info' })]);
  });

  it('gives thoughts back to whoever had them, and to nobody else', () => {
    const own = (scope: string, value = 'gAAA'): Part => ({
      kind: 'reasoning',
      summary: ['Two.'],
      state: [{ family: 'openai-responses', kind: 'encrypted', value, scope }],
    });
    const parts = [own('channel-1'), own('channel-2'), own('channel-1', 'gw1.x'), anthropicThought];
    const encoded = encode({ turns: [{ role: 'assistant', parts }] });
    expect(encoded.body['input']).toEqual([
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Two.' }],
        encrypted_content: 'gAAA',
      },
    ]);
    expect(placesOf(encoded)).toContainEqual(['turns[0].reasoning', 'warn']);
  });

  it('lets results be pictures and files, which it has a form for', () => {
    const content: Part[] = [
      { kind: 'text', text: 'see' },
      { kind: 'media', media: 'image', source: { url: 'https://x/y.png' } },
      { kind: 'media', media: 'document', source: { base64: 'aGk=' } },
      { kind: 'media', media: 'document', title: 'T', source: { text: 'words' } },
    ];
    expect(
      encodeTurns(
        {
          role: 'assistant',
          parts: [{ kind: 'tool-call', callId: 'b', name: 'f', tool: 'custom', input: 'x' }],
        },
        { role: 'tool', parts: [{ kind: 'tool-result', callId: 'b', tool: 'custom', content }] },
      ),
    ).toEqual([
      { type: 'custom_tool_call', call_id: 'b', name: 'f', input: 'x' },
      {
        type: 'custom_tool_call_output',
        call_id: 'b',
        output: [
          { type: 'input_text', text: 'see' },
          { type: 'input_image', image_url: 'https://x/y.png', detail: 'auto' },
          {
            type: 'input_file',
            filename: 'document.pdf',
            file_data: 'data:application/pdf;base64,aGk=',
          },
          { type: 'input_text', text: 'T\n\nwords' },
        ],
      },
    ]);
  });

  it('keeps instructions of one role together, and later ones where they are', () => {
    const { body } = encode({
      instructions: [
        { kind: 'text', text: 'A', role: 'system' },
        { kind: 'text', text: 'B', role: 'system' },
        { kind: 'text', text: 'C', role: 'developer' },
      ],
      turns: [
        { role: 'user', parts: [{ kind: 'text', text: 'Hi' }] },
        { role: 'system', parts: [{ kind: 'text', text: 'D' }] },
      ],
    });
    expect(body['instructions']).toBe('A\n\nB');
    expect((body['input'] as JsonRecord[]).map(({ role }) => role)).toEqual([
      'developer',
      'user',
      'system',
    ]);
  });

  it("replaces instructions by the channel's own prompt", () => {
    const { body } = encode(
      { instructions: [{ kind: 'text', text: 'A', role: 'system' }] },
      { systemPrompt: 'Only this.' },
    );
    expect(body['instructions']).toBe('Only this.');
    expect(JSON.stringify(body)).not.toContain('"A"');
  });

  it.each([
    [{ maxTokens: 3 }, undefined, 16],
    [{ maxTokens: 500 }, 100, 100],
    [{}, 100, 100],
    [{}, undefined, undefined],
  ])('limits %j, with %j paid for, to %j', (output, outputClamp, expected) => {
    const more = outputClamp === undefined ? {} : { outputClamp };
    expect(encode({ output }, more).body['max_output_tokens']).toBe(expected);
  });

  it('notes what it has no form for', () => {
    const encoded = encode({
      output: { stop: ['x'], choices: 2, seed: 1, logitBias: { a: 1 }, modalities: ['audio'] },
      turns: [
        {
          role: 'user',
          name: 'Al',
          parts: [
            { kind: 'media', media: 'video', source: { url: 'https://x' } },
            { kind: 'media', media: 'image', source: { fileId: 'f' } },
            { kind: 'text', text: 'Hi', cache: {} },
          ],
        },
      ],
      tools: [
        {
          kind: 'hosted',
          name: 'web_search',
          hosted: { kind: 'web-search', family: 'anthropic', raw: {} },
        },
      ],
      extras: { anthropic: { mcp_servers: [{ name: 'm', url: 'https://m.example' }] } },
    });
    expect(placesOf(encoded)).toEqual([
      ['turns[0].name', 'info'],
      ['turns[0]', 'fatal'],
      ['turns[0]', 'fatal'],
      ['turns[0].cache', 'warn'],
      ['tools[0]', 'warn'],
      ['mcp_servers[0]', 'fatal'],
      ['output.choices', 'fatal'],
      ['output.seed', 'warn'],
      ['output.logit_bias', 'warn'],
      ['output.modalities', 'fatal'],
      ['output.stop', 'warn'],
    ]);
    expect(encoded.cutsAt).toEqual(['x']);
    expect(encoded.body).not.toHaveProperty('tools');
  });

  it('does not ask models to think that cannot', () => {
    const encoded = encode({ reasoning: { effort: 'high' } }, { model: 'gpt-4o-mini' });
    expect(encoded.body).not.toHaveProperty('reasoning');
    expect(encoded.body).not.toHaveProperty('include');
    expect(placesOf(encoded)).toEqual([['reasoning', 'warn']]);
  });

  it('shortens names that are too long, and says how to undo it', () => {
    const name = `mcp__${'x'.repeat(80)}`;
    const { body, restoration } = encode({ tools: [{ kind: 'function', name }] });
    const [tool] = body['tools'] as JsonRecord[];
    expect(String(tool!['name']).length).toBeLessThanOrEqual(64);
    expect(restoration?.names.get(String(tool!['name']))).toBe(name);
  });

  it('turns settings into their own form', () => {
    const { body } = encode({
      output: {
        verbosity: 'low',
        logprobs: { enabled: true, top: 2 },
        format: { type: 'json-schema', schema: { type: 'object' }, name: 'a', isStrict: true },
      },
      identity: { endUser: 'u'.repeat(100), sessionKey: 's' },
      webSearch: { search_context_size: 'low', user_location: { approximate: { city: 'Oslo' } } },
      toolChoice: { mode: 'named', names: ['patch'] },
      tools: [
        {
          kind: 'custom',
          name: 'patch',
          format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'd' } },
        },
      ],
    });
    expect(body).toMatchObject({
      text: {
        verbosity: 'low',
        format: { type: 'json_schema', name: 'a', strict: true, schema: { type: 'object' } },
      },
      top_logprobs: 2,
      include: expect.arrayContaining(['message.output_text.logprobs']),
      safety_identifier: expect.stringMatching(/^.{32}$/),
      prompt_cache_key: 's',
      tools: [
        { type: 'custom', format: { type: 'grammar', syntax: 'lark', definition: 'd' } },
        {
          type: 'web_search',
          search_context_size: 'low',
          user_location: { type: 'approximate', city: 'Oslo' },
        },
      ],
      tool_choice: { type: 'custom', name: 'patch' },
    });
  });
});

describe('a request of this family for an upstream of this family', () => {
  const body: JsonRecord = {
    model: 'gpt-5.1',
    stream: true,
    store: false,
    instructions: 'Be brief.',
    include: ['reasoning.encrypted_content'],
    max_output_tokens: 500,
    reasoning: { effort: 'low', summary: 'auto', context: 'auto' },
    text: { verbosity: 'low' },
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'web_search' }] },
    client_metadata: { x: { y: 1 } },
    tools: [
      { type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'a' }] },
      { type: 'tool_search' },
      { type: 'web_search', filters: {} },
      { type: 'shell' },
    ],
    input: [
      {
        role: 'developer',
        content: [
          { type: 'input_text', text: 'D1' },
          { type: 'input_text', text: 'D2' },
        ],
      },
      { role: 'user', content: 'Hi', vendor: 1 },
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA', status: null },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        phase: 'commentary',
        status: 'completed',
        content: [
          { type: 'output_text', text: 'a', annotations: [], logprobs: [], odd: true },
          { type: 'output_text', text: 'b', annotations: [] },
        ],
      },
      { type: 'message', id: 'msg_2', role: 'assistant', content: 'plain' },
      { type: 'function_call', call_id: 'c', name: 'a', namespace: 'n', arguments: '{ }' },
      { type: 'shell_call', call_id: 'd', action: { commands: ['ls'] }, status: 'completed' },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: {} },
      { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'x' }] },
      { type: 'shell_call_output', call_id: 'd', output: [] },
      { type: 'compaction', encrypted_content: 'gBBB' },
      { type: 'from_tomorrow', x: 1 },
      { role: 'user', content: [{ type: 'input_hologram', data: 'z' }] },
    ],
  };

  it('goes as it came', () => {
    const { body: encoded, losses } = encodeResponsesRequest(
      decodeRequest(body, responsesPath),
      target,
    );
    expect(encoded).toEqual(body);
    expect(losses).toEqual([]);
  });

  it('goes as it came whatever items follow one another', () => {
    const items = fc.shuffledSubarray(body['input'] as JsonRecord[], { minLength: 1 });
    fc.assert(
      fc.property(items, (input) => {
        const request = decodeRequest({ ...body, input }, responsesPath);
        expect(encodeResponsesRequest(request, target).body['input']).toEqual(input);
      }),
    );
  });
});
