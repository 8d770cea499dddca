import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  chatAnswer,
  startScriptedUpstream,
  type ScriptedUpstream,
} from '../../support/scripted-upstream.ts';
import { postJson } from '../../support/chat-requests.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

const ollama = 'gpt-4';
const oldGemini = 'gemini-1.5-flash';
const bedrockClaude = 'claude-3-haiku-20240307';
const kimi = 'moonshot-v1-8k-vision-preview';

const picture = Buffer.from('\x89PNG a picture', 'latin1').toString('base64');

let world: World;
let upstream: ScriptedUpstream;
let pictures: Server;
let host: string;
let fetched: string[] = [];

beforeAll(async () => {
  [world, upstream] = await Promise.all([startWorld(), startScriptedUpstream()]);
  pictures = createServer((request, response) => {
    fetched.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'image/png' });
    response.end(Buffer.from(picture, 'base64'));
  });
  await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${String((pictures.address() as AddressInfo).port)}`;
  await world.admin.setOption('ModelRatio', { [kimi]: 1 });
  for (const [name, type, model, more] of [
    ['at home', 30, ollama, {}],
    ['google', 24, oldGemini, {}],
    ['moonshot', 25, kimi, {}],
    ['aws', 33, bedrockClaude, { config: JSON.stringify({ region: 'us-east-1' }) }],
  ] as const)
    await world.admin.createChannel({
      name,
      type,
      key: name === 'aws' ? 'AKIDEXAMPLE|secret|us-east-1' : 'k',
      baseUrl: upstream.url,
      models: [model],
      ...more,
    });
});
afterAll(async () => {
  await world.stop();
  await upstream.close();
  pictures.closeAllConnections();
  pictures.close();
});
beforeEach(async () => {
  fetched = [];
  upstream.requests.length = 0;
  await world.admin.setOption('RemoteMediaEnabled', 'true');
  await world.admin.setOption('RemoteMediaPrivateHosts', host);
});

const ollamaAnswer = {
  model: ollama,
  message: { role: 'assistant', content: 'A cat.' },
  done: true,
  done_reason: 'stop',
  prompt_eval_count: 11,
  eval_count: 2,
};
const geminiAnswer = {
  candidates: [
    { content: { role: 'model', parts: [{ text: 'A cat.' }] }, finishReason: 'STOP', index: 0 },
  ],
  usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 2, totalTokenCount: 13 },
};
const claudeAnswer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: bedrockClaude,
  content: [{ type: 'text', text: 'A cat.' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 11, output_tokens: 2 },
};

function ask(model: string, headers: Record<string, string> = {}): Promise<Response> {
  const content = [
    { type: 'text', text: 'What is it?' },
    { type: 'image_url', image_url: { url: `http://${host}/cat.png` } },
  ];
  const body = { model, max_tokens: 100, messages: [{ role: 'user', content }] };
  return postJson(`${world.gateway.url}/v1/chat/completions`, world.token.key, body, headers);
}

const strict = { 'x-gateway-loss-policy': 'strict' };

describe('a picture by its address, for an upstream that takes it only in the request', () => {
  it.each([
    [ollama, ollamaAnswer, { messages: [{ content: 'What is it?', images: [picture] }] }],
    [
      oldGemini,
      geminiAnswer,
      {
        contents: [
          {
            parts: [
              { text: 'What is it?' },
              { inlineData: { mimeType: 'image/png', data: picture } },
            ],
          },
        ],
      },
    ],
    [
      bedrockClaude,
      claudeAnswer,
      {
        messages: [
          {
            content: [
              { type: 'text' },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } },
            ],
          },
        ],
      },
    ],
  ])('is fetched once, and put into the request: %s', async (model, answer, sent) => {
    upstream.answer(() => ({ json: answer }));
    const response = await ask(model, strict);
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining('A cat.'),
    ]);
    expect(fetched).toEqual(['/cat.png']);
    expect(upstream.requests.at(-1)?.body).toMatchObject(sent);
  });

  it('is put into the request of Anthropic’s own clients too', async () => {
    upstream.answer(() => ({ json: claudeAnswer }));
    const source = { type: 'url', url: `http://${host}/cat.png` };
    const response = await postJson(`${world.gateway.url}/v1/messages`, world.token.key, {
      model: bedrockClaude,
      max_tokens: 9,
      messages: [{ role: 'user', content: [{ type: 'image', source }] }],
    });
    expect(response.status).toBe(200);
    expect(upstream.requests.at(-1)?.body['messages']).toMatchObject([
      { content: [{ source: { type: 'base64', media_type: 'image/png', data: picture } }] },
    ]);
  });

  it('is put into the request where client and upstream both speak chat', async () => {
    upstream.answer(() => chatAnswer({ content: 'A cat.' }));
    const response = await ask(kimi, strict);
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining('A cat.'),
    ]);
    expect(fetched).toEqual(['/cat.png']);
    expect(upstream.requests.at(-1)?.body).toEqual({
      model: kimi,
      max_tokens: 100,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } },
          ],
        },
      ],
    });
  });

  it('is put into the request where both speak Gemini, and Google’s own addresses stay', async () => {
    upstream.answer(() => ({ json: geminiAnswer }));
    const film = { fileData: { fileUri: 'https://youtu.be/x', mimeType: 'video/mp4' } };
    const path = `/v1beta/models/${oldGemini}:generateContent`;
    const response = await postJson(world.gateway.url + path, world.token.key, {
      contents: [
        {
          role: 'user',
          parts: [
            film,
            { fileData: { fileUri: `http://${host}/cat.png`, mimeType: 'image/png' } },
            { text: 'What is it?' },
          ],
        },
      ],
    });
    expect(response.status).toBe(200);
    expect(fetched).toEqual(['/cat.png']);
    expect(upstream.requests.at(-1)?.body['contents']).toEqual([
      {
        role: 'user',
        parts: [
          film,
          { inlineData: { mimeType: 'image/png', data: picture } },
          { text: 'What is it?' },
        ],
      },
    ]);
  });

  describe('is refused where client and upstream speak the same protocol and it was not fetched', () => {
    const source = (): object => ({ type: 'url', url: `http://${host}/cat.png?key=secret` });
    const toClaude = (): object => ({
      model: bedrockClaude,
      max_tokens: 9,
      messages: [{ role: 'user', content: [{ type: 'image', source: source() }] }],
    });
    const toGemini = (): object => {
      const fileData = { fileUri: `http://${host}/cat.png?key=secret`, mimeType: 'image/png' };
      return { contents: [{ role: 'user', parts: [{ fileData }, { text: 'What is it?' }] }] };
    };
    const toKimi = (): object => {
      const url = `http://${host}/cat.png?key=secret`;
      const content = [{ type: 'image_url', image_url: { url } }];
      return { model: kimi, messages: [{ role: 'user', content }] };
    };

    it.each([
      ['chat', '/v1/chat/completions', toKimi],
      ['messages', '/v1/messages', toClaude],
      ['Gemini', `/v1beta/models/${oldGemini}:generateContent`, toGemini],
    ])('in words that name it and say why: %s', async (_title, path, make) => {
      const send = async (): Promise<string> => {
        const answer = await postJson(world.gateway.url + path, world.token.key, make());
        expect(answer.status).toBe(400);
        return answer.text();
      };
      await world.admin.setOption('RemoteMediaEnabled', 'false');
      const switchedOff = await send();
      expect(switchedOff).toContain(`http://${host}/cat.png`);
      expect(switchedOff).toContain('by address');
      expect(switchedOff).toContain('not fetched here');
      expect(switchedOff).not.toContain('secret');
      await world.admin.setOption('RemoteMediaEnabled', 'true');
      await world.admin.setOption('RemoteMediaPrivateHosts', '');
      expect(await send()).toContain('not public');
      expect([upstream.requests, fetched]).toEqual([[], []]);
    });

    it('but goes by its address to another channel that takes it', async () => {
      const other = await startScriptedUpstream();
      try {
        const channel = await world.admin.createChannel({
          name: 'takes addresses',
          type: 50,
          key: 'k',
          baseUrl: other.url,
          models: [kimi],
        });
        await world.admin.setOption('RemoteMediaEnabled', 'false');
        other.answer(() => chatAnswer({ content: 'A cat.' }));
        const response = await postJson(
          `${world.gateway.url}/v1/chat/completions`,
          world.token.key,
          toKimi(),
        );
        expect(response.status).toBe(200);
        expect(JSON.stringify(other.requests.at(-1)?.body)).toContain('cat.png?key=secret');
        await world.admin.updateChannel(channel.id, { status: 2 });
      } finally {
        await other.close();
      }
    });
  });

  it.each([
    ['it is not public', 'RemoteMediaPrivateHosts', ''],
    ['no option allows it', 'RemoteMediaEnabled', 'false'],
  ])('is not fetched where %s: then it is a fatal loss', async (_title, option, value) => {
    await world.admin.setOption(option, value);
    upstream.answer(() => ({ json: geminiAnswer }));
    const refused = await ask(oldGemini, strict);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain(`http://${host}/cat.png`);
    const told = await ask(oldGemini, { 'x-gateway-debug': '1' });
    expect(told.status).toBe(200);
    expect(told.headers.get('x-gateway-losses')).toContain('dropped');
    expect(fetched).toEqual([]);
  });
});
