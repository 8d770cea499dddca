import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import OpenAI from 'openai';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

interface Seen {
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

function frame(type: string, payload: object, kind = 'event'): Uint8Array {
  const name = kind === 'event' ? ':event-type' : ':exception-type';
  return codec.encode({
    headers: {
      ':message-type': { type: 'string', value: kind },
      [name]: { type: 'string', value: type },
    },
    body: Buffer.from(JSON.stringify(payload)),
  });
}

/** One of Anthropic's events, wrapped as Bedrock does. */
function chunk(event: object): Uint8Array {
  return frame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64'), p: 'abc' });
}

const claude = (text: string): object[] => [
  {
    type: 'message_start',
    message: {
      id: 'msg_bdrk_1',
      model: 'claude',
      content: [],
      usage: { input_tokens: 9, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } },
  { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 9 } },
];

let world: World;
let server: Server;
let seen: Seen[] = [];
let frames: Uint8Array[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const path = request.url ?? '';
      const json = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
      seen.push({ path, headers: request.headers, body: json });
      if (path.endsWith('stream')) {
        response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
        response.end(Buffer.concat(frames));
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          output: { message: { role: 'assistant', content: [{ text: 'Nova' }] } },
          stopReason: 'end_turn',
          usage: { inputTokens: 100, outputTokens: 25, cacheReadInputTokens: 40 },
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world = await startWorld();
  await world.admin.setOption('ModelRatio', { 'claude-opus-4-5': 1, 'amazon.nova-pro-v1:0': 1 });
  await world.admin.createChannel({
    name: 'bedrock',
    type: 33,
    key: 'AKIDEXAMPLE|secret-of-bedrock|us-east-1',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    models: ['claude-opus-4-5', 'amazon.nova-pro-v1:0'],
  });
});
afterAll(async () => {
  await world.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const messages = [{ role: 'user' as const, content: 'Hi?' }];
const openAnthropic = (): Anthropic =>
  new Anthropic({ apiKey: world.token.key, baseURL: world.gateway.url, maxRetries: 0 });
const openOpenAi = (): OpenAI =>
  new OpenAI({ apiKey: world.token.key, baseURL: `${world.gateway.url}/v1`, maxRetries: 0 });

describe('Bedrock', () => {
  it('streams Claude to Anthropic’s client, signed and without the model in the body', async () => {
    seen = [];
    frames = claude('Hello').map(chunk);
    const model = 'claude-opus-4-5';
    const message = await openAnthropic()
      .messages.stream({ model, max_tokens: 50, messages })
      .finalMessage();

    expect(message).toMatchObject({
      id: 'msg_bdrk_1',
      content: [{ type: 'text', text: 'Hello' }],
      usage: { input_tokens: 9, output_tokens: 4 },
    });
    const [request] = seen;
    expect(request?.path).toBe('/model/us.anthropic.claude-opus-4-5/invoke-with-response-stream');
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
    expect(JSON.stringify(request)).not.toContain('secret-of-bedrock');
    expect(request?.body).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 50,
      messages,
    });
  });

  it('finds betas in the body', async () => {
    seen = [];
    frames = claude('Hello').map(chunk);
    await openAnthropic()
      .beta.messages.stream({
        model: 'claude-opus-4-5',
        max_tokens: 50,
        messages,
        betas: ['interleaved-thinking-2025-05-14', 'unknown-2030-01-01'],
      })
      .finalMessage();

    expect(seen[0]?.body['anthropic_beta']).toEqual(['interleaved-thinking-2025-05-14']);
  });

  it('streams Claude to OpenAI’s client, and is billed', async () => {
    frames = claude('Hello').map(chunk);
    const stream = openOpenAi().chat.completions.stream({ model: 'claude-opus-4-5', messages });
    const completion = await stream.finalChatCompletion();

    expect(completion.choices[0]).toMatchObject({
      message: { content: 'Hello' },
      finish_reason: 'stop',
    });
    const [row] = await world.admin.listLogs('type=2');
    expect(row).toMatchObject({ prompt_tokens: 9, completion_tokens: 4 });
  });

  it('serves other models through Converse, whole and streamed', async () => {
    seen = [];
    const model = 'amazon.nova-pro-v1:0';
    const completion = await openOpenAi().chat.completions.create({ model, messages });
    expect(completion).toMatchObject({
      choices: [{ message: { content: 'Nova' } }],
      usage: { prompt_tokens: 140, completion_tokens: 25 },
    });
    expect(seen[0]).toMatchObject({
      path: '/model/amazon.nova-pro-v1%3A0/converse',
      body: { messages: [{ role: 'user', content: [{ text: 'Hi?' }] }] },
    });

    frames = [
      frame('messageStart', { role: 'assistant' }),
      frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'I look.' } }),
      frame('contentBlockStop', { contentBlockIndex: 0 }),
      frame('contentBlockStart', {
        contentBlockIndex: 1,
        start: { toolUse: { toolUseId: 'tooluse_a1', name: 'wx' } },
      }),
      frame('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: '{"c":' } } }),
      frame('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: '1}' } } }),
      frame('contentBlockStop', { contentBlockIndex: 1 }),
      frame('messageStop', { stopReason: 'tool_use' }),
      frame('metadata', {
        usage: { inputTokens: 100, outputTokens: 25, cacheReadInputTokens: 40 },
      }),
    ];
    const message = await openAnthropic()
      .messages.stream({ model, max_tokens: 50, messages })
      .finalMessage();
    expect(message).toMatchObject({
      stop_reason: 'tool_use',
      content: [
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'tooluse_a1', name: 'wx', input: { c: 1 } },
      ],
      usage: { input_tokens: 100, cache_read_input_tokens: 40, output_tokens: 25 },
    });
  });

  it('tells every official client what Bedrock ran itself, and in what picture it ended', async () => {
    const at = (contentBlockIndex: number, more: object): object => ({
      contentBlockIndex,
      ...more,
    });
    const call = { toolUseId: 'tooluse_a', name: 'nova_code_interpreter', type: 'server_tool_use' };
    const ran = [{ json: { stdOut: '7', stdErr: '', exitCode: 0, isError: false } }];
    const pieces = ['a pic', 'ture'].map((piece) => Buffer.from(piece).toString('base64'));
    frames = [
      frame('messageStart', { role: 'assistant' }),
      frame('contentBlockStart', at(0, { start: { toolUse: call } })),
      frame('contentBlockDelta', at(0, { delta: { toolUse: { input: '{"snippet":"1+6"}' } } })),
      frame('contentBlockStop', at(0, {})),
      frame('contentBlockStart', at(1, { start: { toolResult: { toolUseId: 'tooluse_a' } } })),
      frame('contentBlockDelta', at(1, { delta: { toolResult: ran } })),
      frame('contentBlockStop', at(1, {})),
      frame('contentBlockDelta', at(2, { delta: { text: 'Seven.' } })),
      frame('contentBlockStop', at(2, {})),
      frame('contentBlockStart', at(3, { start: { image: { format: 'png' } } })),
      ...pieces.map((bytes) =>
        frame('contentBlockDelta', at(3, { delta: { image: { source: { bytes } } } })),
      ),
      frame('contentBlockStop', at(3, {})),
      frame('messageStop', { stopReason: 'end_turn' }),
      frame('metadata', { usage: { inputTokens: 9, outputTokens: 4 } }),
    ];
    const model = 'amazon.nova-pro-v1:0';
    const message = await openAnthropic()
      .messages.stream({ model, max_tokens: 50, messages })
      .finalMessage();
    expect(message.content).toMatchObject([
      { type: 'server_tool_use', name: 'code_execution', input: { code: '1+6' } },
      { type: 'code_execution_tool_result', content: { stdout: '7' } },
      { type: 'text', text: 'Seven.' },
    ]);

    const picture = Buffer.from('a picture').toString('base64');
    const chat = openOpenAi().chat.completions.stream({ model, messages });
    const said: unknown[] = [];
    for await (const { choices } of chat) said.push(choices[0]?.delta);
    expect(JSON.stringify(said)).toContain(`data:image/png;base64,${picture}`);

    const response = await openOpenAi().responses.stream({ model, input: 'Hi?' }).finalResponse();
    expect(response.output).toMatchObject([
      { type: 'code_interpreter_call', code: '1+6', outputs: [{ logs: '7' }] },
      { type: 'message', content: [{ text: 'Seven.' }] },
      { type: 'image_generation_call', result: picture },
    ]);
  });

  it('tells of an exception in its stream', async () => {
    frames = [frame('throttlingException', { message: 'Too many requests.' }, 'exception')];
    const stream = openOpenAi().chat.completions.stream({ model: 'claude-opus-4-5', messages });
    await expect(stream.finalChatCompletion()).rejects.toThrow(OpenAI.RateLimitError);
  });
});
