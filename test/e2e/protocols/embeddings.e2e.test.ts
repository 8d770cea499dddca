import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startFakeGemini, type FakeGemini } from '../../support/fake-gemini.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
let google: FakeGemini;

beforeAll(async () => {
  [world, google] = await Promise.all([startWorld(), startFakeGemini()]);
  const common = { key: 'AIza-upstream-key', baseUrl: google.url };
  await world.admin.createChannel({
    ...common,
    name: 'google',
    type: 24,
    models: ['gemini-embedding-001'],
  });
  await world.admin.createChannel({
    ...common,
    name: 'vertex',
    type: 42,
    models: ['text-embedding-3-large'],
    model_mapping: JSON.stringify({ 'text-embedding-3-large': 'gemini-embedding-001' }),
    config: JSON.stringify({ region: 'us-central1', vertex_ai_project_id: 'p1' }),
  });
});
afterAll(async () => {
  await world.stop();
  await google.close();
});

describe('embeddings across vendors', () => {
  it('of Google, for the OpenAI SDK, which asks for base64', async () => {
    google.answerWith(() => ({
      body: { embeddings: [{ values: [0.5, 0.25] }, { values: [1, -2] }] },
    }));
    const { data, usage } = await world.openai.embeddings.create({
      model: 'gemini-embedding-001',
      input: ['a', 'b'],
    });

    expect(data.map(({ embedding }) => embedding)).toEqual([
      [0.5, 0.25],
      [1, -2],
    ]);
    expect(usage.prompt_tokens).toBeGreaterThan(0);
    expect(google.requests[0]?.path).toBe('/v1beta/models/gemini-embedding-001:batchEmbedContents');
  });

  it('of Vertex AI, in a wire of its own at the very same operation', async () => {
    google.answerWith(() => ({
      body: {
        predictions: [{ embeddings: { values: [0.5], statistics: { token_count: 7 } } }],
      },
    }));
    const { data, usage } = await world.openai.embeddings.create({
      model: 'text-embedding-3-large',
      input: 'a',
    });

    expect(data[0]?.embedding).toEqual([0.5]);
    expect(usage).toEqual({ prompt_tokens: 7, total_tokens: 7 });
    expect(google.requests[0]?.path).toBe(
      '/v1/projects/p1/locations/us-central1/publishers/google/models/gemini-embedding-001:predict',
    );
    const [row] = await world.admin.listLogs('type=2');
    expect(row).toMatchObject({ model_name: 'gemini-embedding-001', prompt_tokens: 7 });
  });

  it('of OpenAI, for the Gemini SDK', async () => {
    const genai = new GoogleGenAI({
      apiKey: world.token.key,
      httpOptions: { baseUrl: world.gateway.url, fetch },
    });
    const { embeddings } = await genai.models.embedContent({
      model: 'text-embedding-3-small',
      contents: ['a', 'b'],
    });

    expect(embeddings).toHaveLength(2);
    expect(embeddings?.[0]?.values?.length).toBeGreaterThan(0);
  });

  it('that are none are an error, and the gateway lives on', async () => {
    google.answerWith(() => ({ body: { embeddings: [{ values: [0.5] }] } }));
    const create = (input: string | string[]) =>
      world.openai.embeddings.create({ model: 'gemini-embedding-001', input });

    await expect(create(['a', 'b'])).rejects.toMatchObject({ status: 502 });
    expect((await create('a')).data).toHaveLength(1);
  });
});
