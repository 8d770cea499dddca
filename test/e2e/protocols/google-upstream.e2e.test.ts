import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startFakeGemini, type FakeGemini } from '../../support/fake-gemini.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
let google: FakeGemini;

beforeAll(async () => {
  [world, google] = await Promise.all([startWorld(), startFakeGemini()]);
  await world.admin.createChannel({
    name: 'google',
    type: 24,
    key: 'AIza-upstream-key',
    baseUrl: google.url,
    models: ['gemini-2.5-flash', 'gemini-2.5-pro', 'gemini-embedding-001'],
  });
});
afterAll(async () => {
  await world.stop();
  await google.close();
});

const figures = { promptTokenCount: 9, candidatesTokenCount: 5, totalTokenCount: 14 };

const rain = {
  candidates: [
    { content: { parts: [{ text: 'Rain.' }], role: 'model' }, index: 0, finishReason: 'STOP' },
  ],
  usageMetadata: figures,
  responseId: 'r-1',
};

describe('the OpenAI SDK, in front of Google', () => {
  it('gets words, thoughts and figures', async () => {
    google.answerWith(() => ({
      body: {
        candidates: [
          {
            content: { role: 'model', parts: [{ text: 'Hm.', thought: true }, { text: 'Hi' }] },
            finishReason: 'STOP',
            index: 0,
          },
        ],
        usageMetadata: { ...figures, thoughtsTokenCount: 3, cachedContentTokenCount: 4 },
        modelVersion: 'gemini-2.5-flash',
        responseId: 'r-2',
      },
    }));
    const chat = await world.openai.chat.completions.create({
      model: 'gemini-2.5-flash',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi?' },
      ],
    });

    expect(chat.choices[0]).toMatchObject({
      message: { content: 'Hi', reasoning_content: 'Hm.' },
      finish_reason: 'stop',
    });
    expect(chat.usage).toMatchObject({
      prompt_tokens: 9,
      completion_tokens: 8,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 3 },
    });
    expect(google.requests[0]?.body).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [{ role: 'user', parts: [{ text: 'Hi?' }] }],
    });
  });

  it('carries a signature that Google wants back, although the client knows nothing of it', async () => {
    const called = {
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              {
                functionCall: { name: 'weather', args: { city: 'Oslo' } },
                thoughtSignature: 'c2ln',
              },
            ],
          },
          finishReason: 'STOP',
          index: 0,
        },
      ],
      usageMetadata: figures,
      responseId: 'r-3',
    };
    google.answerWith(() => ({ frames: [called] }));
    const tools = [
      { type: 'function' as const, function: { name: 'weather', parameters: { type: 'object' } } },
    ];
    const question = { role: 'user' as const, content: 'Weather?' };
    const asked = await world.openai.chat.completions
      .stream({ model: 'gemini-2.5-pro', messages: [question], tools })
      .finalChatCompletion();
    const [call] = asked.choices[0]!.message.tool_calls!;
    expect(asked.choices[0]?.finish_reason).toBe('tool_calls');

    google.answerWith(() => ({ body: rain }));
    const { id, function: called2 } = call as {
      id: string;
      function: { name: string; arguments: string };
    };
    await world.openai.chat.completions.create({
      model: 'gemini-2.5-pro',
      tools,
      messages: [
        question,
        { role: 'assistant', tool_calls: [{ id, type: 'function', function: called2 }] },
        { role: 'tool', tool_call_id: id, content: 'rain' },
      ],
    });

    expect(google.requests[0]?.body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'Weather?' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: 'c2ln' },
        ],
      },
      {
        role: 'user',
        parts: [{ functionResponse: { name: 'weather', response: { output: 'rain' } } }],
      },
    ]);
  });
});
