import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { completionTokensOf, promptTokensOf } from '@turnpike/core';
import { decodeMessagesRequest } from '../families/anthropic/decode-request.ts';
import { anthropicUpstreamCodec } from '../families/anthropic/upstream-codec.ts';
import { decodeChatRequest } from '../families/openai-chat/decode-request.ts';
import { checkGrammar } from '../families/testing/decode-stream.ts';
import { hasRecorded, readRecorded } from '../families/testing/recorded.ts';
import { pathOf, targetOf } from '../families/testing/translation.ts';
import { foldEvents } from '../translate/event-folder.ts';
import { createFrameReader } from '../wire/frame-reader.ts';
import { cutAt } from '../wire/testing/cut-at.ts';
import { bedrock } from './bedrock.ts';

const { dialect } = bedrock;
const keys = { ak: 'AKIDEXAMPLE', sk: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

function urlOf(model: string, config: object, more: object = {}): string | undefined {
  return bedrock.url({
    baseUrl: '',
    operation: 'messages',
    path: '/v1/messages',
    search: '',
    model,
    isStream: false,
    config: { ...config },
    ...more,
  });
}

function encode(model: string, body: object): Record<string, unknown> {
  const chat = { model, messages: [{ role: 'user', content: 'hi' }], ...body };
  const request = decodeChatRequest(chat, pathOf('chat'));
  return { ...anthropicUpstreamCodec.encodeRequest(request, targetOf(model, { dialect })).body };
}

describe('addresses of Bedrock', () => {
  const host = 'https://bedrock-runtime.us-west-2.amazonaws.com';
  it.each([
    [
      'claude-3-5-haiku-20241022',
      'us-west-2',
      `${host}/model/us.anthropic.claude-3-5-haiku-20241022-v1%3A0/invoke`,
    ],
    [
      'claude-3-haiku-20240307',
      'us-west-2',
      `${host}/model/us.anthropic.claude-3-haiku-20240307-v1%3A0/invoke`,
    ],
    ['claude-2.1', 'us-west-2', `${host}/model/anthropic.claude-v2%3A1/invoke`],
    ['llama3-8b-8192', 'us-west-2', `${host}/model/meta.llama3-8b-instruct-v1%3A0/converse`],
    ['amazon.nova-pro-v1:0', 'us-west-2', `${host}/model/amazon.nova-pro-v1%3A0/converse`],
    ['eu.anthropic.claude-opus-5', 'us-west-2', `${host}/model/eu.anthropic.claude-opus-5/invoke`],
  ])('call %s', (model, region, url) => {
    expect(urlOf(model, { region })).toBe(url);
  });

  it.each([
    ['eu-central-1', 'eu.'],
    ['ap-northeast-1', 'jp.'],
    ['ap-southeast-2', 'au.'],
    ['ap-south-1', 'global.'],
    ['us-gov-west-1', 'us-gov.'],
    ['sa-east-1', ''],
  ])('use the profiles of %s', (region, prefix) => {
    expect(urlOf('claude-opus-4-6', { region })).toContain(
      `/model/${prefix}anthropic.claude-opus-4-6-v1/invoke`,
    );
  });

  it('follow the channel: its profile, its base URL, the region in its key', () => {
    const model = 'claude-opus-5';
    expect(urlOf(model, { region: 'us-east-1', cross_region: 'none' })).toContain(
      '/model/anthropic.',
    );
    expect(urlOf(model, { region: 'us-east-1', cross_region: 'global' })).toContain('/global.');
    expect(urlOf(model, { region: 'us-east-1' }, { baseUrl: 'https://p.example/' })).toBe(
      'https://p.example/model/us.anthropic.claude-opus-5/invoke',
    );
    expect(urlOf(model, {}, { key: 'a|s|eu-west-1', isStream: true })).toBe(
      'https://bedrock-runtime.eu-west-1.amazonaws.com/model/eu.anthropic.claude-opus-5/invoke-with-response-stream',
    );
  });

  it('are none without a region, for a model that Bedrock has not, and for other operations', () => {
    expect(urlOf('claude-opus-5', {})).toBeUndefined();
    expect(urlOf('gpt-4o', { region: 'us-east-1' })).toBeUndefined();
    expect(urlOf('claude-opus-5', { region: 'us-east-1' }, { operation: 'chat' })).toBeUndefined();
  });
});

describe('credentials of Bedrock', () => {
  const body = Buffer.from(
    '{"anthropic_version":"bedrock-2023-05-31","max_tokens":16,"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}',
  );
  const request = {
    method: 'POST',
    url: 'https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke',
    headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'x' },
    body,
  };
  const now = Date.UTC(2026, 0, 15, 10, 30);

  it('sign what is sent', () => {
    expect(bedrock.sign!(request, '', { region: 'us-east-1', ...keys }, now)).toEqual({
      'x-amz-date': '20260115T103000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260115/us-east-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=959c051be3e3ea1e730dce0821d11583092dc321a9bf2a4443913bacbc885a45',
    });
  });

  it("sign a session's token too", () => {
    const key = `${keys.ak}|${keys.sk}|us-east-1|SESSIONTOKENEXAMPLE`;
    const headers = bedrock.sign!(request, key, {}, now);
    expect(headers['x-amz-security-token']).toBe('SESSIONTOKENEXAMPLE');
    expect(headers['authorization']).toMatch(
      /Signature=af352e0d82a971ff347f4df6d8c2a9af8009ad0020d724ebf81ee3b06eae7cbf$/,
    );
  });

  it('are a key by itself where the channel has one', () => {
    expect(bedrock.authorize('ABSK', {})).toEqual({ authorization: 'Bearer ABSK' });
    expect(bedrock.sign!(request, 'ABSK', { region: 'us-east-1' }, now)).toEqual({});
    expect(bedrock.authorize('a|s|r', {})).toEqual({});
    expect(bedrock.authorize('', keys)).toEqual({});
  });
});

describe('requests for Bedrock', () => {
  it('are Anthropic’s for Claude, with what belongs to the address taken out', () => {
    const body = encode('claude-3-5-haiku-20241022', { max_tokens: 16, stream: true });
    expect(body).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 16,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    });
  });

  it('ask the newest models for JSON by a tool', () => {
    const format = { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } };
    expect(encode('claude-opus-5', { response_format: format })['tools']).toMatchObject([
      { name: 'json' },
    ]);
    expect(encode('claude-opus-4-5', { response_format: format })).toHaveProperty('output_config');
  });

  it('are Converse’s for every other model', () => {
    const body = encode('amazon.nova-pro-v1:0', {
      max_tokens: 512,
      temperature: 0.5,
      stop: ['END'],
      top_k: 50,
      tool_choice: 'required',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look', cache_control: { type: 'ephemeral' } },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
            {
              type: 'file',
              file: { filename: 'a b.pdf', file_data: 'data:application/pdf;base64,BB==' },
            },
          ],
        },
        {
          role: 'assistant',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'wx', arguments: '{"a":1}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'ok' },
      ],
      tools: [{ type: 'function', function: { name: 'wx', parameters: { type: 'object' } } }],
    });
    expect(body).toEqual({
      system: [{ text: 'Be brief.' }],
      messages: [
        {
          role: 'user',
          content: [
            { text: 'Look' },
            { cachePoint: { type: 'default' } },
            { image: { format: 'png', source: { bytes: 'AA==' } } },
            { document: { format: 'pdf', name: 'a b pdf', source: { bytes: 'BB==' } } },
          ],
        },
        {
          role: 'assistant',
          content: [{ toolUse: { toolUseId: 'c1', name: 'wx', input: { a: 1 } } }],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 'c1', content: [{ text: 'ok' }], status: 'success' } },
          ],
        },
      ],
      inferenceConfig: { maxTokens: 512, temperature: 0.5, stopSequences: ['END'] },
      toolConfig: {
        tools: [{ toolSpec: { name: 'wx', inputSchema: { json: { type: 'object' } } } }],
        toolChoice: { any: {} },
      },
      additionalModelRequestFields: { inferenceConfig: { topK: 50 } },
    });
  });

  it('tell Converse what a client of Anthropic’s asks in words that it knows, or count the loss', () => {
    const model = 'amazon.nova-pro-v1:0';
    const body = {
      model,
      max_tokens: 9,
      messages: [{ role: 'user', content: 'hi' }],
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
      mcp_servers: [{ type: 'url', url: 'https://mcp.example', name: 'm' }],
    };
    const request = decodeMessagesRequest(body, pathOf('messages'));
    const encoded = anthropicUpstreamCodec.encodeRequest(request, targetOf(model, { dialect }));

    expect(encoded.body['toolConfig']).toMatchObject({
      tools: [{ toolSpec: { name: 'json', inputSchema: { json: { type: 'object' } } } }],
      toolChoice: { any: {} },
    });
    expect(encoded.restoration?.answerTool).toBe('json');
    expect(encoded.losses.map(({ at, severity }) => `${severity} ${at}`)).toEqual([
      'info output.format',
      'fatal tools[0]',
      'fatal mcp_servers',
    ]);
  });

  it('keep to what some models of Converse want', () => {
    const messages = [
      { role: 'user', content: 'q' },
      {
        role: 'assistant',
        tool_calls: [
          { id: 'call_1234567', type: 'function', function: { name: 'f', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1234567', content: 'r' },
    ];
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const mistral = JSON.stringify(encode('mistral.mistral-large-2402-v1:0', { messages, tools }));
    const ids = [...mistral.matchAll(/"toolUseId":"([^"]*)"/g)].map(([, id]) => id);
    expect(ids[0]).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(ids[1]).toBe(ids[0]);
    // Without tools, calls of earlier turns are told in words.
    expect(JSON.stringify(encode('meta.llama3-8b-instruct-v1:0', { messages }))).not.toContain(
      'toolUse',
    );
    const llama = encode('meta.llama3-8b-instruct-v1:0', { tools, tool_choice: 'required' });
    expect(llama['toolConfig']).toMatchObject({ toolChoice: { auto: {} } });
    expect(encode('openai.gpt-oss-120b-1:0', { reasoning_effort: 'high' })).toMatchObject({
      additionalModelRequestFields: { reasoning_effort: expect.any(String) },
    });
  });
});

describe('streams of Bedrock', () => {
  const chunk =
    'AAAA1wAAAEu/+eQ4CzpldmVudC10eXBlBwAFY2h1bmsNOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9uL2pzb24NOm1lc3NhZ2UtdHlwZQcABWV2ZW50eyJieXRlcyI6ImV5SjBlWEJsSWpvaVkyOXVkR1Z1ZEY5aWJHOWphMTlrWld4MFlTSXNJbWx1WkdWNElqb3dMQ0prWld4MFlTSTZleUowZVhCbElqb2lkR1Y0ZEY5a1pXeDBZU0lzSW5SbGVIUWlPaUpJYVNKOWZRPT0ifUuOlJU=';
  const delta =
    'AAAAnwAAAFfDe6v/CzpldmVudC10eXBlBwARY29udGVudEJsb2NrRGVsdGENOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9uL2pzb24NOm1lc3NhZ2UtdHlwZQcABWV2ZW50eyJjb250ZW50QmxvY2tJbmRleCI6MCwiZGVsdGEiOnsidGV4dCI6IkhpIn0sInAiOiJhYmNkIn3yrOX/';
  const exception =
    'AAAAsgAAAGE1kNXTDzpleGNlcHRpb24tdHlwZQcAE3Rocm90dGxpbmdFeGNlcHRpb24NOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9uL2pzb24NOm1lc3NhZ2UtdHlwZQcACWV4Y2VwdGlvbnsibWVzc2FnZSI6IlRvbyBtYW55IHJlcXVlc3RzLCBwbGVhc2Ugd2FpdCBiZWZvcmUgdHJ5aW5nIGFnYWluLiJ96P+yag==';

  it('are cut out of frames, wherever these are cut, and turned into events', () => {
    const bytes = Buffer.concat([chunk, delta].map((frame) => Buffer.from(frame, 'base64')));
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 9 }), (cuts) => {
        const reader = createFrameReader(dialect.framing);
        const frames = cutAt(bytes, cuts).flatMap((piece) => reader.push(piece));
        expect(frames.map(({ event }) => event)).toEqual([
          'content_block_delta',
          'contentBlockDelta',
        ]);
        const decoder = anthropicUpstreamCodec.createStreamDecoder(dialect);
        expect(decoder.push(frames[1]!)).toMatchObject([
          { type: 'start' },
          { type: 'part', header: { kind: 'text' } },
          { type: 'text', delta: 'Hi' },
        ]);
      }),
    );
  });

  it('fail as their exceptions say', () => {
    const reader = createFrameReader(dialect.framing);
    const frames = reader.push(Buffer.from(exception, 'base64'));
    const decoder = anthropicUpstreamCodec.createStreamDecoder(dialect);
    expect(frames.flatMap((frame) => [...decoder.push(frame)])[0]).toMatchObject({
      type: 'error',
      error: {
        status: 429,
        code: 'throttlingException',
        message: 'Too many requests, please wait before trying again.',
      },
    });
  });
});

const recorded = ['amazon-bedrock-text', 'amazon-bedrock-reasoning', 'amazon-bedrock-tool-call.1'];

(hasRecorded ? describe : describe.skip)('recorded answers of Converse', () => {
  it.each(recorded)('reads the stream %s with its usage', (name) => {
    const lines = readRecorded(`amazon-bedrock/${name}.chunks.txt`).toString().trim().split('\n');
    const decoder = anthropicUpstreamCodec.createStreamDecoder(dialect);
    const events = [
      ...lines.flatMap((line) => {
        const [event, data] = Object.entries(JSON.parse(line) as object)[0]!;
        return [...decoder.push({ event, data: JSON.stringify(data), id: undefined })];
      }),
      ...decoder.end(),
    ];
    checkGrammar(events);
    const { usage, candidates } = foldEvents(events);
    const reported = JSON.parse(lines.find((line) => line.includes('"metadata"'))!) as {
      metadata: { usage: Record<string, number> };
    };
    expect(promptTokensOf(usage!)).toBe(reported.metadata.usage['inputTokens']);
    expect(completionTokensOf(usage!)).toBe(reported.metadata.usage['outputTokens']);
    expect(candidates[0]?.parts.length).toBeGreaterThan(0);
  });

  it.each(['text', 'reasoning', 'tool-call.1', 'json-tool.1', 'json-tool.2', 'json-other-tool.1'])(
    'reads the whole answer %s',
    (name) => {
      const body = JSON.parse(
        readRecorded(`amazon-bedrock/amazon-bedrock-${name}.json`).toString(),
      ) as { usage: Record<string, number>; stopReason: string };
      const { usage, candidates } = anthropicUpstreamCodec.decodeResponse({ ...body }, dialect);
      expect(promptTokensOf(usage!)).toBe(
        body.usage['inputTokens']! + (body.usage['cacheReadInputTokens'] ?? 0),
      );
      expect(completionTokensOf(usage!)).toBe(body.usage['outputTokens']);
      const isCall = body.stopReason === 'tool_use';
      expect(candidates[0]?.parts.some(({ kind }) => kind === 'tool-call')).toBe(isCall);
    },
  );
});
