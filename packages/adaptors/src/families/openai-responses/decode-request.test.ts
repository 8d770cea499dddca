import { describe, expect, it } from '@jest/globals';
import type { CanonicalRequest } from '@turnpike/core';
import type { PathFacts } from '../../translation.ts';
import { decodeRequest } from './decode-request.ts';

const path: PathFacts = { operation: 'responses', search: '', headers: {} };

function decode(body: object): CanonicalRequest {
  return decodeRequest({ model: 'm1', ...body }, path);
}

describe('decodeRequest', () => {
  it('reads settings, identity and what to keep', () => {
    const request = decode({
      input: 'Hi',
      instructions: 'Be brief.',
      stream: true,
      store: false,
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
      max_output_tokens: 500,
      temperature: 0.5,
      top_logprobs: 3,
      reasoning: { effort: 'low', summary: 'auto' },
      text: {
        verbosity: 'low',
        format: { type: 'json_schema', name: 'city', strict: true, schema: { type: 'object' } },
      },
      parallel_tool_calls: false,
      safety_identifier: 'user-7',
      prompt_cache_key: 'key',
      metadata: { a: 'b' },
      service_tier: 'flex',
      client_metadata: { x: 1 },
    });
    expect(request).toMatchObject({
      model: 'm1',
      instructions: [{ kind: 'text', text: 'Be brief.', role: 'system' }],
      turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
      isStream: true,
      toolChoice: { mode: 'auto', parallel: false },
      output: {
        maxTokens: 500,
        temperature: 0.5,
        verbosity: 'low',
        logprobs: { enabled: true, top: 3 },
        format: { type: 'json-schema', name: 'city', isStrict: true, schema: { type: 'object' } },
      },
      reasoning: { effort: 'low', summary: 'auto', includesText: true },
      identity: { endUser: 'user-7', cacheKey: 'key', metadata: { a: 'b' } },
      serviceTier: 'flex',
      state: { store: false, include: ['reasoning.encrypted_content', expect.any(String)] },
    });
    expect(request.extras['openai-responses']).toMatchObject({ client_metadata: { x: 1 } });
  });

  it('makes one assistant turn of what the model did, and one tool turn of the results', () => {
    const { instructions, turns } = decode({
      input: [
        { role: 'developer', content: 'Use tools.' },
        { role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'Two.' }],
          encrypted_content: 'gAAA',
        },
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          phase: 'commentary',
          content: [{ type: 'output_text', text: 'Let me check.', annotations: [] }],
        },
        { type: 'function_call', call_id: 'a', name: 'get', arguments: '{"n":1.0}' },
        { type: 'custom_tool_call', call_id: 'b', name: 'patch', input: '*** Begin' },
        { type: 'custom_tool_call_output', call_id: 'b', output: 'ok' },
        {
          type: 'function_call_output',
          call_id: 'a',
          output: [
            { type: 'input_text', text: '18C' },
            { type: 'input_image', image_url: 'data:image/png;base64,aGk=', detail: 'low' },
          ],
        },
        { role: 'developer', content: 'Short now.' },
      ],
    });
    expect(instructions).toMatchObject([{ text: 'Use tools.', role: 'developer' }]);
    expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'developer']);
    expect(turns[1]?.parts).toMatchObject([
      {
        kind: 'reasoning',
        summary: ['Two.'],
        state: [{ family: 'openai-responses', kind: 'encrypted', value: 'gAAA' }],
      },
      { kind: 'text', text: 'Let me check.', id: 'msg_1' },
      { kind: 'tool-call', callId: 'a', tool: 'function', argumentsJson: '{"n":1.0}' },
      { kind: 'tool-call', callId: 'b', tool: 'custom', input: '*** Begin' },
    ]);
    expect(turns[2]?.parts).toMatchObject([
      { kind: 'tool-result', callId: 'b', tool: 'custom' },
      {
        kind: 'tool-result',
        callId: 'a',
        content: [
          { kind: 'text', text: '18C' },
          { kind: 'media', media: 'image', mime: 'image/png', source: { base64: 'aGk=' } },
        ],
      },
    ]);
  });

  it('never keeps the source of reasoning that carries a capsule', () => {
    const { turns } = decode({
      input: [{ type: 'reasoning', summary: [], encrypted_content: 'gw1.one gw1.two' }],
    });
    expect(turns[0]?.parts).toMatchObject([
      { state: [{ value: 'gw1.one' }, { value: 'gw1.two' }] },
    ]);
    expect(turns[0]?.parts[0]).not.toHaveProperty('origin');
  });

  it.each([
    [
      { type: 'input_image', file_id: 'file-1' },
      { media: 'image', source: { fileId: 'file-1' } },
    ],
    [
      { type: 'input_image', image_url: 'https://x/y.png' },
      { media: 'image', source: { url: 'https://x/y.png' } },
    ],
    [
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,aGk=' },
      { media: 'document', mime: 'application/pdf', source: { base64: 'aGk=' }, filename: 'a.pdf' },
    ],
    [
      { type: 'input_file', filename: 'A.PDF', file_data: 'aGk=' },
      { media: 'document', mime: 'application/pdf', source: { base64: 'aGk=' } },
    ],
    [
      { type: 'input_file', file_url: 'https://x/y.pdf' },
      { media: 'document', source: { url: 'https://x/y.pdf' } },
    ],
    [
      { type: 'input_audio', input_audio: { data: 'aGk=', format: 'mp3' } },
      { media: 'audio', mime: 'audio/mp3', source: { base64: 'aGk=' } },
    ],
    [
      { type: 'input_hologram', data: 'x' },
      { kind: 'provider-item', itemType: 'input_hologram' },
    ],
  ])('reads a part like %j', (part, expected) => {
    const { turns } = decode({ input: [{ role: 'user', content: [part] }] });
    expect(turns[0]?.parts).toMatchObject([expected]);
  });

  it('offers tools that only this protocol has as functions, and reads their calls as such', () => {
    const { tools, turns } = decode({
      tools: [{ type: 'local_shell' }, { type: 'shell' }, { type: 'apply_patch' }],
      input: [
        {
          type: 'shell_call',
          call_id: 'c1',
          action: { commands: ['ls'], timeout_ms: null },
          status: 'completed',
        },
        {
          type: 'shell_call_output',
          call_id: 'c1',
          output: [{ stdout: 'x', stderr: '', outcome: { type: 'exit', exit_code: 0 } }],
        },
        { type: 'apply_patch_call', call_id: 'c2', operation: { type: 'delete_file', path: 'a' } },
        { type: 'apply_patch_call_output', call_id: 'c2', status: 'failed', output: 'no file' },
      ],
    });
    expect(tools).toMatchObject([
      { kind: 'function', name: 'local_shell' },
      { kind: 'function', name: 'shell' },
      { kind: 'function', name: 'apply_patch' },
    ]);
    expect(turns.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant', 'tool']);
    expect(turns[0]?.parts).toMatchObject([
      { name: 'shell', argumentsJson: '{"commands":["ls"],"timeout_ms":null}' },
    ]);
    expect(turns[3]?.parts).toMatchObject([
      { callId: 'c2', isError: true, content: [{ text: 'no file' }] },
    ]);
  });

  it('flattens namespaces, loads deferred tools and leaves out the search for them', () => {
    const { tools } = decode({
      tools: [
        {
          type: 'namespace',
          name: 'crm',
          description: 'd',
          tools: [
            { type: 'function', name: 'find', parameters: { type: 'object' }, defer_loading: true },
          ],
        },
        { type: 'tool_search' },
        { type: 'web_search' },
        { type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark' } },
        { type: 'shell', environment: { type: 'container_auto' } },
        { type: 'constructor' },
      ],
      input: [
        {
          type: 'tool_search_output',
          execution: 'client',
          call_id: 'c',
          tools: [{ type: 'function', name: 'late', parameters: {} }],
        },
      ],
    });
    expect(tools).toMatchObject([
      { kind: 'function', name: 'crm__find' },
      { kind: 'hosted', hosted: { kind: 'web-search' } },
      { kind: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark' } },
      { kind: 'hosted', hosted: { kind: 'other' } },
      { kind: 'hosted', hosted: { kind: 'other' } },
      { kind: 'function', name: 'late' },
    ]);
  });

  it.each([
    ['required', { mode: 'required' }],
    [
      { type: 'function', name: 'f' },
      { mode: 'named', names: ['f'] },
    ],
    [{ type: 'shell' }, { mode: 'named', names: ['shell'] }],
    [{ type: 'web_search' }, { mode: 'named', hosted: 'web_search' }],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] },
      { mode: 'allowed', names: ['f'], isRequired: true },
    ],
  ])('reads the tool choice %j', (choice, expected) => {
    expect(decode({ input: 'x', tool_choice: choice }).toolChoice).toEqual(expected);
  });

  it.each([
    [{ input: 5 }, 'invalid_request', 'input'],
    [{ input: ['x'] }, 'invalid_request', 'input[0]'],
    [{ input: 'x', tools: {} }, 'invalid_request', 'tools'],
    [{ input: 'x', temperature: 'hot' }, 'invalid_request', 'temperature'],
    [{ input: 'x', instructions: 4 }, 'invalid_request', 'instructions'],
    [{ input: 'x', background: true }, 'unsupported_parameter', 'background'],
    [{ input: 'x', conversation: 'conv_1' }, 'unsupported_parameter', 'conversation'],
    [{ prompt: { id: 'p' } }, 'unsupported_parameter', 'prompt'],
  ])('refuses %j', (body, code, param) => {
    expect(() => decode(body)).toThrow(
      expect.objectContaining({ code, details: expect.objectContaining({ param }) }),
    );
  });

  it('refuses items that are somewhere else', () => {
    expect(() => decode({ input: [{ type: 'item_reference', id: 'msg_9' }] })).toThrow(
      expect.objectContaining({ code: 'item_not_found', status: 404 }),
    );
  });

  it('refuses history that it does not have', () => {
    expect(() => decode({ input: 'x', previous_response_id: 'resp_1' })).toThrow(
      expect.objectContaining({ code: 'previous_response_not_found', status: 400 }),
    );
  });
});
