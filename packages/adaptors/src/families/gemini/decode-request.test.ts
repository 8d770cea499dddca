import { describe, expect, it } from '@jest/globals';
import type { CanonicalRequest, JsonRecord } from '@turnpike/core';
import type { EncodeTarget, PathFacts } from '../../translation.ts';
import { probeJson } from '../../wire/json-probe.ts';
import { decodeGeminiRequest } from './decode-request.ts';
import { encodeGeminiRequest } from './encode-request.ts';
import { readGeminiRequest } from './read-request.ts';

const path: PathFacts = {
  operation: 'generate-content',
  model: 'm1',
  isStream: true,
  search: '?alt=sse',
  headers: {},
};

const target: EncodeTarget = {
  model: 'gemini-3-pro',
  dialect: { streamUsage: 'always' },
  config: {},
  scope: 'gemini/3',
};

function decode(body: object): CanonicalRequest {
  return decodeGeminiRequest(body as JsonRecord, path);
}

const says = (...parts: object[]) => ({ contents: [{ role: 'user', parts }] });

describe('decodeGeminiRequest', () => {
  it('decodes a conversation with instructions, a picture, a tool and thoughts', () => {
    const request = decode({
      systemInstruction: { parts: [{ text: 'You are a travel helper.' }] },
      ...says(
        { text: 'Weather here and in Lyon?' },
        { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
      ),
      tools: [
        {
          functionDeclarations: [
            { name: 'get_weather', parametersJsonSchema: { type: 'object', properties: {} } },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
      generationConfig: {
        maxOutputTokens: 500,
        thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true },
      },
    });

    expect(request).toMatchObject({
      model: 'm1',
      isStream: true,
      instructions: [{ kind: 'text', text: 'You are a travel helper.', role: 'system' }],
      turns: [
        {
          role: 'user',
          parts: [
            { kind: 'text', text: 'Weather here and in Lyon?' },
            {
              kind: 'media',
              media: 'image',
              mime: 'image/png',
              source: { base64: 'iVBORw0KGgo=' },
            },
          ],
        },
      ],
      tools: [{ kind: 'function', name: 'get_weather', parameters: { type: 'object' } }],
      toolChoice: { mode: 'auto' },
      output: { maxTokens: 500 },
      reasoning: { effort: 'low', includesText: true },
    });
  });

  it('takes the other spelling of every member', () => {
    const request = decode({
      system_instruction: 'Be brief.',
      contents: [
        {
          role: 'user',
          parts: [{ inline_data: { mime_type: 'audio/wav', data: 'UklG' } }],
        },
      ],
      generation_config: {
        max_output_tokens: '50',
        top_k: 3,
        stop_sequences: ['x'],
        response_mime_type: 'application/json',
        response_schema: { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } },
        thinking_config: { thinking_budget: 0 },
      },
      tool_config: { function_calling_config: { mode: 'ANY', allowed_function_names: ['a', 'b'] } },
      safety_settings: [{ category: 'C', threshold: 'OFF' }],
    });

    expect(request).toMatchObject({
      instructions: [{ text: 'Be brief.' }],
      turns: [{ parts: [{ kind: 'media', media: 'audio' }] }],
      output: {
        maxTokens: 50,
        topK: 3,
        stop: ['x'],
        format: {
          type: 'json-schema',
          schema: { type: 'object', properties: { a: { type: ['string', 'null'] } } },
        },
      },
      reasoning: { effort: 'none', includesText: false },
      toolChoice: { mode: 'allowed', names: ['a', 'b'], isRequired: true },
      safety: [{ category: 'C', threshold: 'OFF' }],
    });
  });

  it('pairs calls and results without ids by name and order, the same ids every time', () => {
    const contents = [
      { role: 'user', parts: [{ text: '?' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { name: 'wx', args: { city: 'A' } } },
          { functionCall: { name: 'wx', args: { city: 'B' } } },
          { functionCall: { name: 'log', args: {} } },
        ],
      },
      {
        role: 'function',
        parts: [
          { functionResponse: { name: 'wx', response: { output: '1' } } },
          { functionResponse: { name: 'log', response: { error: 'full' } } },
          { functionResponse: { name: 'wx', response: { temp: 2, unit: 'C' } } },
        ],
      },
    ];
    const { turns } = decode({ contents });
    const ids = (index: number) =>
      turns[index]!.parts.map((part) => ('callId' in part ? part.callId : ''));
    const [first, second, log] = ids(1);

    expect(ids(2)).toEqual([first, log, second]);
    expect(new Set(ids(1)).size).toBe(3);
    expect(turns[2]).toMatchObject({
      role: 'tool',
      parts: [
        { content: [{ text: '1' }] },
        { isError: true, content: [{ text: 'full' }] },
        { content: [{ text: '{"temp":2,"unit":"C"}' }] },
      ],
    });
    const longer = decode({ contents: [...contents, { parts: [{ text: 'And?' }] }] });
    expect(longer.turns[1]?.parts).toEqual(turns[1]?.parts);
  });

  it('brings what a capsule holds back to the thoughts, and forgets where it stood', () => {
    const capsule = Buffer.from('gw1.eyJmIjoiYW50aHJvcGljIn0.hash').toString('base64');
    const { turns } = decode({
      contents: [
        {
          role: 'model',
          parts: [
            { text: 'Two cities.', thought: true },
            { functionCall: { id: 'a', name: 'wx', args: {} }, thoughtSignature: capsule },
          ],
        },
      ],
    });

    expect(turns[0]).toEqual({
      role: 'assistant',
      parts: [
        {
          kind: 'reasoning',
          text: 'Two cities.',
          state: [{ family: 'gemini', kind: 'thought-signature', value: capsule }],
        },
        { kind: 'tool-call', callId: 'a', name: 'wx', tool: 'function', argumentsJson: '{}' },
      ],
    });
    const { body } = encodeGeminiRequest(
      { ...decode({ contents: [] }), turns, extras: {} },
      { ...target, scope: 'another' },
    );
    expect(JSON.stringify(body)).not.toContain('Z3cxL');
  });

  it.each([
    ['a part that holds nothing', says({ mediaResolution: {} }), 'contents[0].parts[0]'],
    ['a part that is no object', { contents: [{ parts: [5] }] }, 'contents[0].parts[0]'],
    ['a turn that is no object', { contents: ['x'] }, 'contents[0]'],
    ['a call without a name', says({ functionCall: {} }), 'contents[0].parts[0].functionCall.name'],
  ])('refuses %s', (_title, body, param) => {
    expect(() => decode(body)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        details: expect.objectContaining({ param }),
      }),
    );
  });

  it('unwraps requests to count', () => {
    const { turns } = decode({
      generateContentRequest: { model: 'models/x', ...says({ text: 'a' }) },
    });

    expect(turns).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['text', says({ text: 'Hi' })],
    [
      'everything that nobody knows',
      {
        contents: [
          { role: 'user', parts: [{ text: 'a', videoMetadata: { fps: 1 }, new1: { x: 1.5 } }] },
          { role: 'user', parts: [{ fileData: { fileUri: 'gs://b/x', mimeType: 'video/mp4' } }] },
          {
            role: 'model',
            parts: [
              { functionCall: { name: 'f', args: { n: 1 } }, thoughtSignature: 'c2ln' },
              { executableCode: { language: 'PYTHON', code: '1' } },
              { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
              { toolCall: { some: 'thing' } },
            ],
          },
        ],
        systemInstruction: { role: 'system', parts: [{ text: 'S' }] },
        tools: [
          { googleSearch: {} },
          { functionDeclarations: [{ name: 'f', parameters: { type: 'OBJECT' }, behavior: 'X' }] },
        ],
        toolConfig: { functionCallingConfig: { mode: 'VALIDATED' }, retrievalConfig: {} },
        generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' }, new2: [1], topK: 40.5 },
        cachedContent: 'cachedContents/abc',
        labels: { a: 'b' },
        new3: true,
      },
    ],
  ])('encodes to what it was decoded from: %s', (_title, body) => {
    expect(encodeGeminiRequest(decode(body), target).body).toEqual(body);
  });

  it('changes only what the channel and the budget ask for', () => {
    const body = { ...says({ text: 'Hi' }), generationConfig: { maxOutputTokens: 90, topK: 2 } };
    const encoded = encodeGeminiRequest(decode(body), {
      ...target,
      outputClamp: 40,
      systemPrompt: 'Theirs',
    });

    expect(encoded.body).toEqual({
      ...body,
      systemInstruction: { parts: [{ text: 'Theirs' }] },
      generationConfig: { maxOutputTokens: 40, topK: 2 },
    });
  });

  it('pollutes no prototype', () => {
    const body = JSON.parse(
      `{"contents":[{"parts":[{"functionCall":{"name":"f","args":{"__proto__":{"x":1}}}}]}],
        "tools":[{"functionDeclarations":[{"name":"f","parameters":{"properties":{"__proto__":{"type":"STRING"}}}}]}]}`,
    ) as JsonRecord;
    const { turns } = decode(body);

    expect(turns[0]?.parts[0]).toMatchObject({ argumentsJson: '{"__proto__":{"x":1}}' });
    expect(({} as JsonRecord)['x']).toBeUndefined();
    expect(({} as JsonRecord)['type']).toBeUndefined();
  });
});

describe('readGeminiRequest', () => {
  const read = (body: object, facts: Partial<PathFacts> = {}) =>
    readGeminiRequest(probeJson(Buffer.from(JSON.stringify(body))), { ...path, ...facts });

  it('reads the model from the path, and limits from the settings in either spelling', () => {
    const facts = read({
      ...says({ text: 'Hi' }),
      generation_config: { max_output_tokens: 20, candidateCount: 2 },
      cachedContent: 'cachedContents/abc',
    });

    expect(facts).toMatchObject({
      model: 'm1',
      isModelImplied: false,
      isStream: true,
      hasTextOutput: true,
      declaredOutput: 20,
      choices: 2,
      affinityKey: 'cachedContents/abc',
      estimate: { soft: { outputTokens: 40 } },
    });
  });

  it('expects no words from what is embedded', () => {
    const facts = read(
      { content: { parts: [{ text: 'abc' }] } },
      { operation: 'embed-content', isStream: false },
    );

    expect(facts).toMatchObject({ hasTextOutput: false, estimate: { hard: { outputTokens: 0 } } });
  });

  it('does not take a picture for words', () => {
    const data = `iVBORw0KGgo${'A'.repeat(300_000)}`;
    const facts = read(says({ inlineData: { mimeType: 'image/png', data } }));

    expect(facts.estimate.soft.inputTokens).toBeLessThan(2000);
  });

  it.each<[object, Partial<PathFacts>, string]>([
    [{}, {}, 'contents'],
    [{ contents: [] }, {}, 'contents'],
    [{ contents: {} }, {}, 'contents'],
    [{ ...says({ text: 'a' }), generationConfig: 5 }, {}, 'generationConfig'],
    [
      { ...says({ text: 'a' }), generationConfig: { candidateCount: 99 } },
      {},
      'generationConfig.candidateCount',
    ],
    [
      { ...says({ text: 'a' }), generationConfig: { maxOutputTokens: -1 } },
      {},
      'generationConfig.maxOutputTokens',
    ],
    [{ content: 'x' }, { operation: 'embed-content' }, 'content'],
    [{ requests: [] }, { operation: 'batch-embed-contents' }, 'requests'],
    [{}, { operation: 'count-content-tokens' }, 'contents'],
  ])('refuses %j', (body, facts, param) => {
    expect(() => read(body, facts)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        details: expect.objectContaining({ param }),
      }),
    );
  });
});
