import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } from '@google/genai';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startFakeGemini, type FakeGemini } from '../../support/fake-gemini.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
let google: FakeGemini;
let genai: GoogleGenAI;

beforeAll(async () => {
  [world, google] = await Promise.all([startWorld(), startFakeGemini()]);
  await world.admin.createChannel({
    name: 'google',
    type: 24,
    key: 'AIza-upstream-key',
    baseUrl: google.url,
    models: ['gemini-2.5-flash', 'gemini-2.5-pro', 'gemini-embedding-001'],
  });
  genai = new GoogleGenAI({
    apiKey: world.token.key,
    httpOptions: { baseUrl: world.gateway.url, fetch },
  });
});
afterAll(async () => {
  await world.stop();
  await google.close();
});

async function collect<Part>(stream: AsyncIterable<Part>): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

const figures = { promptTokenCount: 9, candidatesTokenCount: 5, totalTokenCount: 14 };

function frame(text: string, rest: object = {}, usage: object = figures): object {
  return {
    candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...rest }],
    usageMetadata: usage,
    modelVersion: 'gemini-2.5-flash',
    responseId: 'r-1',
  };
}

const weather = {
  functionDeclarations: [
    {
      name: 'weather',
      description: 'Tells the weather.',
      parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } } },
    },
  ],
};

describe('the Gemini SDK, in front of Google', () => {
  it('gets the answer as Google gave it', async () => {
    google.answerWith(() => ({ body: { ...frame('Hi', { finishReason: 'STOP' }), novel: true } }));
    const answer = await genai.models.generateContent({
      model: 'gemini-2.5-flash',
      contents: 'Hi?',
      config: { systemInstruction: 'Be brief.', maxOutputTokens: 50 },
    });

    expect(answer.text).toBe('Hi');
    expect(answer.usageMetadata).toMatchObject(figures);
    expect(google.requests).toMatchObject([
      {
        path: '/v1beta/models/gemini-2.5-flash:generateContent',
        key: 'AIza-upstream-key',
        body: { generationConfig: { maxOutputTokens: 50 } },
      },
    ]);
  });

  it('gets a stream frame by frame, and is billed by its last figures', async () => {
    google.answerWith(() => ({
      frames: [
        frame('Hel', {}, { promptTokenCount: 9, totalTokenCount: 9 }),
        frame('lo', { finishReason: 'STOP' }),
      ],
    }));
    const before = await world.admin.listLogs('type=2');
    const chunks = await collect(
      await genai.models.generateContentStream({ model: 'gemini-2.5-flash', contents: 'Hi?' }),
    );

    expect(chunks.map(({ text }) => text)).toEqual(['Hel', 'lo']);
    const rows = await world.admin.listLogs('type=2');
    expect(rows).toHaveLength(before.length + 1);
    expect(rows[0]).toMatchObject({
      model_name: 'gemini-2.5-flash',
      prompt_tokens: 9,
      completion_tokens: 5,
      is_stream: true,
    });
  });

  it('gets one JSON array where it does not ask for events', async () => {
    google.answerWith(() => ({ frames: [frame('Hel'), frame('lo', { finishReason: 'STOP' })] }));
    const response = await fetch(
      `${world.gateway.url}/v1beta/models/gemini-2.5-flash:streamGenerateContent?key=${world.token.key}`,
      { method: 'POST', body: JSON.stringify({ contents: [{ parts: [{ text: 'Hi?' }] }] }) },
    );
    const items = (await response.json()) as {
      candidates: { content: { parts: { text: string }[] } }[];
    }[];

    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(items.flatMap(({ candidates }) => candidates[0]!.content.parts[0]!.text).join('')).toBe(
      'Hello',
    );
  });

  it('counts tokens', async () => {
    google.answerWith(() => ({ body: { totalTokens: 7 } }));

    expect(
      await genai.models.countTokens({ model: 'gemini-2.5-flash', contents: 'Count me' }),
    ).toMatchObject({ totalTokens: 7 });
  });

  it('is told of errors in its own words', async () => {
    google.answerWith(() => ({
      status: 400,
      body: { error: { code: 400, message: 'contents are bad', status: 'INVALID_ARGUMENT' } },
    }));
    const refused = genai.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Hi?' });
    await expect(refused).rejects.toThrow(ApiError);
    await expect(refused).rejects.toMatchObject({ status: 400 });

    const unknown = genai.models.generateContent({ model: 'no-such-model', contents: 'Hi?' });
    await expect(unknown).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('"status":"NOT_FOUND"'),
    });
    const stranger = new GoogleGenAI({
      apiKey: 'sk-unknown',
      httpOptions: { baseUrl: world.gateway.url, fetch },
    });
    await expect(
      stranger.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Hi?' }),
    ).rejects.toMatchObject({ status: 401 });
  });

  it('is told of an error inside a stream', async () => {
    google.answerWith(() => ({ frames: [frame('Hel'), 'cut'] }));
    const stream = await genai.models.generateContentStream({
      model: 'gemini-2.5-flash',
      contents: 'Hi?',
    });

    await expect(collect(stream)).rejects.toThrow(/UNAVAILABLE|503|502/);
  });

  it('lists the models that the key may use', async () => {
    const models = await collect(await genai.models.list());

    expect(models.map(({ name }) => name)).toContain('models/gemini-2.5-flash');
  });
});

describe('the Gemini SDK, in front of OpenAI', () => {
  it('gets words, thoughts and figures', async () => {
    const answer = await genai.models.generateContent({
      model: 'gpt-4o-mini',
      contents: 'Say something short',
      config: { thinkingConfig: { includeThoughts: true } },
    });

    expect(answer.text).not.toBe('');
    expect(answer.candidates?.[0]?.finishReason).toBe('STOP');
    expect(answer.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
    expect(answer.modelVersion).toBe('gpt-4o-mini');
  });

  it('streams', async () => {
    const chunks = await collect(
      await genai.models.generateContentStream({ model: 'gpt-4o-mini', contents: 'Say something' }),
    );

    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
    expect(chunks.at(-1)?.usageMetadata?.candidatesTokenCount).toBeGreaterThan(0);
  });

  it.each([false, true])(
    'calls a tool and answers with its result (streamed: %s)',
    async (isStream) => {
      const chat = genai.chats.create({
        model: 'gpt-4o-mini',
        config: {
          tools: [weather],
          toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.AUTO } },
        },
      });
      const say = async (message: Parameters<typeof chat.sendMessage>[0]) =>
        isStream
          ? await collect(await chat.sendMessageStream(message))
          : [await chat.sendMessage(message)];

      const asked = await say({ message: 'Weather?' });
      const [call] = asked.flatMap(({ functionCalls }) => functionCalls ?? []);
      expect(call).toMatchObject({ name: 'weather', args: { city: 'Berlin' } });

      const response = {
        functionResponse: { id: call!.id!, name: 'weather', response: { output: 'rain' } },
      };
      const answered = await say({ message: [response] });
      expect(answered.map(({ text }) => text ?? '').join('')).not.toBe('');
    },
  );
});
