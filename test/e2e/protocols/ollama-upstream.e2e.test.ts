import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
let upstream: Server;
const asked: { url: string; body: Record<string, unknown> }[] = [];

const lines = [
  { model: 'gpt-4', message: { role: 'assistant', content: 'Hel' }, done: false },
  { model: 'gpt-4', message: { role: 'assistant', content: 'lo' }, done: false },
];
const figures = { done: true, done_reason: 'stop', prompt_eval_count: 11, eval_count: 2 };

beforeAll(async () => {
  upstream = createServer((request, response) => {
    void json(request).then((body) => {
      const question = body as Record<string, unknown>;
      asked.push({ url: request.url ?? '', body: question });
      const isStream = question['stream'] === true;
      response.writeHead(200, {
        'content-type': isStream ? 'application/x-ndjson' : 'application/json',
      });
      if (!isStream) {
        response.end(JSON.stringify({ ...lines[0], ...figures }));
        return;
      }
      for (const line of lines) response.write(`${JSON.stringify(line)}\n`);
      response.end(`${JSON.stringify({ model: 'gpt-4', message: {}, ...figures })}\n`);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  world = await startWorld();
  await world.admin.createChannel({
    name: 'at home',
    type: 30,
    key: '-',
    baseUrl: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    models: ['gpt-4'],
  });
});
afterAll(async () => {
  await world.stop();
  await new Promise((resolve) => upstream.close(resolve));
});

describe('Ollama in its own API', () => {
  const messages = [{ role: 'user' as const, content: 'Hi?' }];

  it('answers whole', async () => {
    const chat = await world.openai.chat.completions.create({ model: 'gpt-4', messages });

    expect(asked.at(-1)).toMatchObject({ url: '/api/chat', body: { stream: false, messages } });
    expect(chat.choices[0]).toMatchObject({ message: { content: 'Hel' }, finish_reason: 'stop' });
    expect(chat.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 2 });
  });

  it('streams line by line, and is billed by its figures', async () => {
    const stream = world.openai.chat.completions.stream({ model: 'gpt-4', messages });
    const chat = await stream.finalChatCompletion();

    expect(chat.choices[0]?.message.content).toBe('Hello');
    const [row] = await world.admin.listLogs('type=2');
    expect(row).toMatchObject({ prompt_tokens: 11, completion_tokens: 2, is_stream: true });
  });
});
