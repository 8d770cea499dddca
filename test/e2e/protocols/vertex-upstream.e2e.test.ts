import { generateKeyPairSync } from 'node:crypto';
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startFakeGemini, type FakeGemini, type GeminiScript } from '../../support/fake-gemini.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
let google: FakeGemini;

beforeAll(async () => {
  [world, google] = await Promise.all([startWorld(), startFakeGemini()]);
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const keyFile = {
    type: 'service_account',
    client_email: 'sa@p1.iam.gserviceaccount.com',
    private_key: privateKey,
    project_id: 'p1',
    token_uri: `${google.url}/token`,
  };
  await world.admin.createChannel({
    name: 'vertex',
    type: 42,
    key: '-',
    baseUrl: google.url,
    models: ['gemini-2.5-flash', 'claude-sonnet-4-5-20250929'],
    config: JSON.stringify({ region: 'us-east5', vertex_ai_adc: JSON.stringify(keyFile) }),
  });
});
afterAll(async () => {
  await world.stop();
  await google.close();
});

/** Gives tokens t1, t2 … and passes everything else to the script. */
function withTokens(script: GeminiScript): void {
  let tokens = 0;
  google.answerWith((request) => {
    if (request.path !== '/token') return script(request);
    tokens += 1;
    return { body: { access_token: `ya29.t${tokens}`, expires_in: 3599 } };
  });
}

const hello = {
  body: {
    candidates: [
      { content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP', index: 0 },
    ],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1, totalTokenCount: 4 },
    responseId: 'r-1',
  },
};

const ask = (): Promise<{ choices: { message: { content: string | null } }[] }> =>
  world.openai.chat.completions.create({
    model: 'gemini-2.5-flash',
    messages: [{ role: 'user', content: 'Hi?' }],
  });

describe('Vertex AI with a service account', () => {
  it('is asked for one token, with which many requests are made', async () => {
    withTokens(() => hello);
    expect((await ask()).choices[0]?.message.content).toBe('Hi');
    await ask();

    expect(google.requests.map(({ path }) => path)).toEqual([
      '/token',
      ...Array<string>(2).fill(
        '/v1/projects/p1/locations/us-east5/publishers/google/models/gemini-2.5-flash:generateContent',
      ),
    ]);
    expect(google.requests[0]?.body['grant_type']).toBe(
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
    );
    expect(google.requests[2]?.authorization).toBe('Bearer ya29.t1');
  });

  it('serves Claude to clients of Anthropic, who name the model in the body', async () => {
    withTokens(() => ({
      body: {
        id: 'msg_vrtx_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-5-20250929',
        content: [{ type: 'text', text: 'Hi' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 3, output_tokens: 1 },
      },
    }));
    const anthropic = new Anthropic({ apiKey: world.token.key, baseURL: world.gateway.url });
    const message = await anthropic.messages.create({
      model: 'claude-sonnet-4-5-20250929',
      max_tokens: 16,
      messages: [{ role: 'user', content: 'Hi?' }],
    });

    expect(message.content).toMatchObject([{ type: 'text', text: 'Hi' }]);
    const { path, body } = google.requests.at(-1)!;
    expect(path).toBe(
      '/v1/projects/p1/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict',
    );
    expect(body).toEqual({
      anthropic_version: 'vertex-2023-10-16',
      max_tokens: 16,
      messages: [{ role: 'user', content: 'Hi?' }],
    });
  });
});
