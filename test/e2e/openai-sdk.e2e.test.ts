import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { toFile } from 'openai';
import { hello, postJson, simulate } from '../support/chat-requests.ts';
import { startWorld, worldModels, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function collect<Part>(stream: AsyncIterable<Part>): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

const weather = {
  name: 'get_weather',
  description: 'Tells the weather of a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  },
};

describe('chat', () => {
  it('answers, tells the usage, and has billed the answer when it arrives', async () => {
    const chat = await world.openai.chat.completions.create({
      ...hello,
      ...simulate({ chunks: 5 }),
    });
    expect(chat.choices[0]?.message.content).toBe('the a of and to');
    expect(chat.usage).toMatchObject({ completion_tokens: 5 });
    const rows = await world.admin.listLogs('type=2');
    const row = rows.find(({ request_id }) => request_id === chat._request_id);
    expect(row).toMatchObject({
      model_name: 'gpt-4o-mini',
      prompt_tokens: chat.usage?.prompt_tokens,
      completion_tokens: 5,
      is_stream: false,
    });
    expect(row!.quota).toBeGreaterThan(0);
  });

  it('streams without a usage frame that nobody asked for', async () => {
    const stream = await world.openai.chat.completions.create({ ...hello, stream: true });
    const chunks = await collect(stream);
    expect(chunks.every(({ choices }) => choices.length === 1)).toBe(true);
    expect(chunks.some(({ usage }) => usage !== undefined && usage !== null)).toBe(false);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it('streams with usage in the last chunk when asked', async () => {
    const stream = await world.openai.chat.completions.create({
      ...hello,
      stream: true,
      stream_options: { include_usage: true },
      ...simulate({ chunks: 7, reasoning: 3 }),
    });
    const last = (await collect(stream)).at(-1);
    expect(last).toMatchObject({
      choices: [],
      usage: { completion_tokens: 10, completion_tokens_details: { reasoning_tokens: 3 } },
    });
  });

  it('bills a stream that did not ask for usage by the usage of the upstream', async () => {
    const { data: stream, request_id } = await world.openai.chat.completions
      .create({ ...hello, stream: true, ...simulate({ chunks: 9 }) })
      .withResponse();
    await collect(stream);
    const rows = await world.admin.listLogs('type=2');
    expect(rows.find((row) => row.request_id === request_id)).toMatchObject({
      completion_tokens: 9,
      is_stream: true,
    });
  });

  it('feeds the stream helper', async () => {
    const stream = world.openai.chat.completions.stream({ ...hello, ...simulate({ chunks: 4 }) });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe('the a of and');
  });

  it('answers several choices', async () => {
    const chat = await world.openai.chat.completions.create({ ...hello, n: 3 });
    expect(chat.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  it('calls tools', async () => {
    const chat = await world.openai.chat.completions.create({
      ...hello,
      tools: [{ type: 'function', function: weather }],
    });
    const call = chat.choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({
      function: { name: 'get_weather', arguments: '{"city":"Berlin"}' },
    });
    expect(chat.choices[0]?.finish_reason).toBe('tool_calls');
  });

  it.each([true, false])('runs the tool helper to its end (stream: %s)', async (stream) => {
    const cities: string[] = [];
    const tool = {
      type: 'function' as const,
      function: {
        ...weather,
        parse: JSON.parse,
        function: ({ city }: { city: string }) => {
          cities.push(city);
          return 'rain';
        },
      },
    };
    const request = { ...hello, tools: [tool] };
    const runner = stream
      ? world.openai.chat.completions.runTools({ ...request, stream: true })
      : world.openai.chat.completions.runTools(request);
    expect(await runner.finalContent()).toMatch(/^the a of/);
    expect(cities).toEqual(['Berlin']);
  });
});

describe('older text operations', () => {
  it('completes a prompt, whole and streamed', async () => {
    const request = { model: 'gpt-3.5-turbo-instruct', prompt: 'Once upon' };
    const whole = await world.openai.completions.create(request);
    expect(whole.choices[0]?.text).toMatch(/^the a of/);
    const stream = await world.openai.completions.create({ ...request, stream: true });
    const text = (await collect(stream)).map(({ choices }) => choices[0]?.text ?? '').join('');
    expect(text).toBe(whole.choices[0]?.text);
  });

  it('edits a text', async () => {
    const answer = await postJson(`${world.gateway.url}/v1/edits`, world.token.key, {
      model: 'text-davinci-edit-001',
      input: 'teh',
      instruction: 'correct it',
    });
    expect(await answer.json()).toMatchObject({ object: 'edit' });
  });

  it('moderates', async () => {
    const answer = await world.openai.moderations.create({
      model: 'omni-moderation-latest',
      input: ['violence', 'peace'],
    });
    expect(answer.results.map(({ flagged }) => flagged)).toEqual([true, false]);
  });
});

describe('embeddings', () => {
  const request = { model: 'text-embedding-3-small', input: ['one', 'two words'], dimensions: 8 };

  it("gives the same vectors in the SDK's base64 and as numbers", async () => {
    const coded = await world.openai.embeddings.create(request);
    const plain = await world.openai.embeddings.create({ ...request, encoding_format: 'float' });
    expect(coded.usage).toEqual(plain.usage);
    expect(coded.data).toHaveLength(2);
    coded.data[1]!.embedding.forEach((number, at) => {
      expect(number).toBeCloseTo(plain.data[1]!.embedding[at]!, 6);
    });
  });

  it('takes the model from the path of the old route', async () => {
    const url = `${world.gateway.url}/v1/engines/text-embedding-3-small/embeddings`;
    const answer = await postJson(url, world.token.key, { input: 'one' });
    expect(await answer.json()).toMatchObject({ object: 'list', model: 'text-embedding-3-small' });
  });
});

describe('images', () => {
  const pixel = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const picture = () => toFile(pixel, 'picture.png', { type: 'image/png' });

  it('generates', async () => {
    const answer = await world.openai.images.generate({ model: 'dall-e-3', prompt: 'a gate' });
    expect(answer.data?.[0]).toHaveProperty('b64_json');
  });

  it('edits, and bills the tokens of a model that counts them', async () => {
    const answer = await world.openai.images.edit({
      model: 'gpt-image-1',
      image: await picture(),
      prompt: 'open the gate',
    });
    expect(answer.usage).toMatchObject({ output_tokens: 272 });
  });

  it('varies', async () => {
    const image = await picture();
    const answer = await world.openai.images.createVariation({ model: 'dall-e-2', image, n: 2 });
    expect(answer.data).toHaveLength(2);
  });
});

describe('audio', () => {
  const recording = () => toFile(Buffer.alloc(40_000, 7), 'speech.wav', { type: 'audio/wav' });

  it('speaks', async () => {
    const answer = await world.openai.audio.speech.create({
      model: 'tts-1',
      voice: 'alloy',
      input: 'Hello there',
    });
    expect(answer.headers.get('content-type')).toBe('audio/mpeg');
    expect((await answer.arrayBuffer()).byteLength).toBe(64 * 'Hello there'.length);
  });

  it('transcribes', async () => {
    const file = await recording();
    const answer = await world.openai.audio.transcriptions.create({ model: 'whisper-1', file });
    expect(answer.text).toMatch(/^the a of/);
  });

  it('transcribes a recording that does not fit into memory limits, byte for byte', async () => {
    const file = await toFile(Buffer.alloc(5_000_000, 7), 'long.wav', { type: 'audio/wav' });
    const answer = await world.openai.audio.transcriptions.create({
      model: 'whisper-1',
      file,
      response_format: 'verbose_json',
    });
    expect(answer.duration).toBe(313);
  });

  it('transcribes to subtitles', async () => {
    const answer = await world.openai.audio.transcriptions.create({
      model: 'whisper-1',
      file: await recording(),
      response_format: 'srt',
    });
    expect(answer).toContain('-->');
  });

  it('translates', async () => {
    const file = await recording();
    const answer = await world.openai.audio.translations.create({ model: 'whisper-1', file });
    expect(answer.text).toMatch(/^the a of/);
  });
});

describe('models', () => {
  it('lists what the key may use, in a stable order', async () => {
    const ids = (await collect(world.openai.models.list())).map(({ id }) => id);
    expect(ids).toEqual([...worldModels].sort());
  });

  it('retrieves one', async () => {
    expect(await world.openai.models.retrieve('gpt-4o')).toMatchObject({
      id: 'gpt-4o',
      object: 'model',
    });
  });
});

describe('responses', () => {
  const request = { model: 'gpt-4o-mini', input: 'Say something' };

  it('creates', async () => {
    const response = await world.openai.responses.create(request);
    expect(response.output_text).toMatch(/^the a of/);
    const rows = await world.admin.listLogs('type=2');
    expect(rows.find(({ request_id }) => request_id === response._request_id)).toMatchObject({
      completion_tokens: response.usage?.output_tokens,
    });
  });

  it('streams typed events to the end', async () => {
    const stream = await world.openai.responses.create({ ...request, stream: true });
    const types = (await collect(stream)).map(({ type }) => type);
    expect(types[0]).toBe('response.created');
    expect(types.at(-1)).toBe('response.completed');
  });

  it('feeds the stream helper', async () => {
    const final = await world.openai.responses.stream(request).finalResponse();
    expect(final.status).toBe('completed');
    expect(final.output_text).toMatch(/^the a of/);
  });
});

describe('identity of a request', () => {
  it('tells its id in three headers with one value', async () => {
    const answer = await postJson(
      `${world.gateway.url}/v1/chat/completions`,
      world.token.key,
      hello,
      { 'x-request-id': 'my-own-id' },
    );
    const ids = ['x-request-id', 'request-id', 'x-oneapi-request-id'].map((name) =>
      answer.headers.get(name),
    );
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    await answer.text();
  });

  it.each(['authorization', 'api-key', 'x-api-key'])('takes the key from %s', async (header) => {
    const answer = await fetch(`${world.gateway.url}/v1/models`, {
      headers: { [header]: world.token.key },
    });
    expect(answer.status).toBe(200);
    await answer.text();
  });
});
