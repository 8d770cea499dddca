import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { postJson } from '../../support/chat-requests.ts';
import { startScriptedUpstream, type ScriptedUpstream } from '../../support/scripted-upstream.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

const model = 'gemini-keeps';
let world: World;
let google: ScriptedUpstream;
let channelId: number;
let client: GoogleGenAI;
beforeAll(async () => {
  [world, google] = await Promise.all([startWorld(), startScriptedUpstream()]);
  await world.admin.setOption('ModelRatio', { [model]: 1 });
  ({ id: channelId } = await world.admin.createChannel({
    name: 'google',
    type: 24,
    key: 'AIza-up',
    baseUrl: google.url,
    models: [model],
  }));
  client = new GoogleGenAI({
    apiKey: world.token.key,
    httpOptions: { baseUrl: world.gateway.url, retryOptions: { attempts: 1 } },
  });
});
afterAll(async () => {
  await world.stop();
  await google.close();
});
beforeEach(() => {
  google.requests.length = 0;
});

const interaction = (id: string): object => ({
  id,
  object: 'interaction',
  status: 'completed',
  model,
  steps: [{ type: 'model_output', content: [{ type: 'text', text: 'Hello.' }] }],
  usage: { total_input_tokens: 5, total_output_tokens: 2, total_tokens: 7 },
});

async function make(id: string): Promise<void> {
  google.answer(() => ({ json: interaction(id) }));
  await client.interactions.create({ model, input: 'Hi' });
  google.requests.length = 0;
}

function call(method: string, path: string, key = world.token.key): Promise<Response> {
  return fetch(`${world.gateway.url}${path}`, { method, headers: { 'x-goog-api-key': key } });
}

describe('an interaction that took place before', () => {
  it('is asked for again at the account that keeps it, by Google’s own client', async () => {
    await make('v1_again');
    expect(await client.interactions.get('v1_again')).toMatchObject(interaction('v1_again'));
    expect(google.requests).toMatchObject([
      {
        method: 'GET',
        path: '/v1beta/interactions/v1_again?stream=false',
        headers: { 'x-goog-api-key': 'AIza-up' },
      },
    ]);
  });

  it('is streamed again from where the client was', async () => {
    await make('v1_stream');
    const frames = ['event: step.start\ndata: {"event_type":"step.start","index":0}\n\n'];
    google.answer(() => ({ frames }));
    const key = world.token.key;
    const path = `/v1beta/interactions/v1_stream?stream=true&last_event_id=e7&key=${key}`;
    const answer = await call('GET', path);
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(await answer.text()).toBe(frames.join(''));
    // The client's key is not Google's business.
    expect(google.requests.map((request) => request.path)).toEqual([
      '/v1beta/interactions/v1_stream?stream=true&last_event_id=e7',
    ]);
  });

  it('is deleted there and here', async () => {
    await make('v1_gone');
    google.answer(() => ({ json: {} }));
    await client.interactions.delete('v1_gone');
    expect(google.requests).toMatchObject([
      { method: 'DELETE', path: '/v1beta/interactions/v1_gone' },
    ]);
    const after = await call('GET', '/v1beta/interactions/v1_gone');
    expect([after.status, await after.json()]).toEqual([
      404,
      { error: expect.objectContaining({ status: 'NOT_FOUND' }) },
    ]);
    expect(google.requests).toHaveLength(1);
  });

  it('stays where Google does not delete it', async () => {
    await make('v1_stays');
    google.answer(() => ({ status: 500, json: { error: { code: 500 } } }));
    expect((await call('DELETE', '/v1beta/interactions/v1_stays')).status).toBe(502);
    google.answer(() => ({ json: interaction('v1_stays') }));
    expect((await call('GET', '/v1beta/interactions/v1_stays')).status).toBe(200);
  });

  it('is over, and cannot be cancelled', async () => {
    await make('v1_over');
    const answer = await call('POST', '/v1beta/interactions/v1_over/cancel');
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('v1_over')]);
    expect(google.requests).toEqual([]);
  });

  it('is nobody else’s', async () => {
    await make('v1_mine');
    const other = await (await world.admin.createUser({ username: 'curious' })).createToken();
    const path = '/v1beta/interactions/v1_mine';
    const asked = [
      await call('GET', path, other.key),
      await call('DELETE', path, other.key),
      await call('POST', `${path}/cancel`, other.key),
      await call('GET', path, 'sk-nobody'),
    ];
    expect(asked.map(({ status }) => status)).toEqual([404, 404, 404, 401]);
    expect(google.requests).toEqual([]);
  });

  it('is not kept where the client wants it so', async () => {
    google.answer(() => ({ json: interaction('v1_unkept') }));
    await postJson(`${world.gateway.url}/v1beta/interactions`, world.token.key, {
      model,
      input: 'Hi',
      store: false,
    });
    expect((await call('GET', '/v1beta/interactions/v1_unkept')).status).toBe(404);
  });

  it.each([
    [404, 404],
    [401, 502],
    [503, 502],
  ])('that Google answers with %i is answered with %i', async (status, expected) => {
    await make(`v1_at${String(status)}`);
    google.answer(() => ({ status, json: { error: { code: status, message: 'AIza-up' } } }));
    const answer = await call('GET', `/v1beta/interactions/v1_at${String(status)}`);
    expect([answer.status, await answer.text()]).toEqual([
      expected,
      expect.not.stringContaining('AIza-up'),
    ]);
  });

  it('waits for its channel', async () => {
    await make('v1_waits');
    await world.admin.updateChannel(channelId, { status: 2 });
    expect((await call('GET', '/v1beta/interactions/v1_waits')).status).toBe(403);
    await world.admin.updateChannel(channelId, { status: 1 });
    google.answer(() => ({ json: interaction('v1_waits') }));
    expect((await call('GET', '/gemini/v1beta/interactions/v1_waits')).status).toBe(200);
  });
});
