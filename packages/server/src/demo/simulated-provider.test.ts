import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSimulatedProvider, type SimulatedProvider } from './simulated-provider.ts';

let provider: SimulatedProvider;
beforeAll(async () => {
  provider = await startSimulatedProvider();
});
afterAll(() => provider.close());

const headers = { authorization: 'Bearer sk-sim', 'content-type': 'application/json' };
const messages = [{ role: 'user', content: 'two words' }];

function post(path: string, body: object, extra: Record<string, string> = {}): Promise<Response> {
  return fetch(provider.url + path, {
    method: 'POST',
    headers: { ...headers, ...extra },
    body: JSON.stringify(body),
  });
}

const chat = (body: object = {}, extra = {}): Promise<Response> =>
  post('/v1/chat/completions', { model: 'gpt-4o-mini', messages, ...body }, extra);

const stream = async (sim: object = {}, body: object = {}): Promise<string> =>
  (
    await chat({ stream: true, stream_options: { include_usage: true }, x_sim: sim, ...body })
  ).text();

describe('simulated provider', () => {
  it('answers a chat with as many tokens as it reports', async () => {
    const body = await (await chat({ x_sim: { chunks: 5 } })).json();
    expect(body).toMatchObject({
      choices: [{ message: { content: 'the a of and to' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 },
    });
  });

  it('obeys max_tokens and says that it was cut short', async () => {
    const body = await (await chat({ max_tokens: 2 })).json();
    expect(body).toMatchObject({ choices: [{ finish_reason: 'length' }] });
  });

  it('calls the first tool offered, and answers in words once the result is there', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    const tools = [{ type: 'function', function: { name: 'weather', parameters } }];
    const called = await (await chat({ tools })).json();
    expect(called).toMatchObject({
      choices: [{ message: { tool_calls: [{ function: { arguments: '{"city":"Berlin"}' } }] } }],
    });
    const last = { role: 'tool', tool_call_id: 'x', content: 'rain' };
    const answered = await (await chat({ tools, messages: [...messages, last] })).json();
    expect(answered).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
  });

  it('sends one frame for each token, then finish, usage when asked for, and the marker', async () => {
    const text = await stream({ chunks: 3 });
    const payloads = text.split('\n\n').filter(Boolean);
    expect(payloads).toHaveLength(1 + 3 + 1 + 1 + 1);
    expect(payloads.at(-2)).toContain('"completion_tokens":3');
    expect(payloads.at(-1)).toBe('data: [DONE]');
  });

  it.each([
    ['usage nowhere', { usage: 'none' }, /^(?![^]*completion_tokens)[^]*\[DONE\]/],
    ['usage in each frame', { usage: 'each', chunks: 2 }, /(completion_tokens[^]*){4}/],
    ['carriage returns', { 'line-end': 'crlf' }, /\r\n\r\ndata: \[DONE\]\r\n\r\n$/],
    ['no final line end', { 'no-final-newline': true }, /data: \[DONE\]$/],
    ['no marker', { 'no-done': true }, /^(?![^]*\[DONE\])/],
    ['comments', { comments: 1 }, /: keep-alive\n\n/],
    ['an error frame', { 'error-after': 2 }, /"error":\{[^]*$/],
    ['a character cut over two writes', { utf8: 'split' }, /日本[^]*\[DONE\]/],
    ['half a character', { utf8: 'broken' }, /\uFFFD/],
  ])('misbehaves on request: %s', async (_, sim, pattern) => {
    expect(await stream(sim)).toMatch(pattern);
  });

  it('misbehaves on request: a huge line', async () => {
    const text = await stream({ 'huge-line': 5_000_000 });
    expect(text.includes('x'.repeat(5_000_000))).toBe(true);
  });

  it('cuts a stream after the chunks that were asked for', async () => {
    const answer = await chat({ stream: true, x_sim: { 'cut-after': 2 } });
    await expect(answer.text()).rejects.toThrow();
    const last = provider.requests.list(0, 10_000).at(-1);
    expect(last).toMatchObject({ end: 'cut', tokensWritten: 2, usageReported: null });
  });

  it.each([401, 402, 403, 404, 429, 500, 503])('answers %i when asked for it', async (status) => {
    const answer = await chat({}, { 'x-sim-status': String(status), 'x-sim-retry-after': '3' });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(await answer.json()).toHaveProperty('error.message');
  });

  it('fails only as often as asked for', async () => {
    const x_sim = { status: 500, times: 2, run: 'once' };
    const statuses = [];
    for (let call = 0; call < 3; call++) statuses.push((await chat({ x_sim })).status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  it('takes its behaviour from base URL and model too', async () => {
    const body = { model: 'gpt-4o@chunks=1', messages };
    const answer = await post('/as/backup/sim/chunks=9,cached=4/v1/chat/completions', body);
    expect(await answer.json()).toMatchObject({
      model: 'gpt-4o',
      usage: { completion_tokens: 1, prompt_tokens_details: { cached_tokens: 4 } },
    });
    expect(provider.requests.list(0, 10_000).at(-1)?.label).toBe('backup');
  });

  it('sends embeddings as numbers and as base64 with the same values', async () => {
    const input = ['one two', 'three'];
    const plain = await post('/v1/embeddings', { model: 'e', input, dimensions: 4 });
    const coded = await post('/v1/embeddings', {
      model: 'e',
      input,
      dimensions: 4,
      encoding_format: 'base64',
    });
    const numbers = ((await plain.json()) as { data: { embedding: number[] }[] }).data[0]!
      .embedding;
    const base64 = ((await coded.json()) as { data: { embedding: string }[] }).data[0]!.embedding;
    const bytes = Buffer.from(base64, 'base64');
    expect(numbers).toHaveLength(4);
    numbers.forEach((number, at) => {
      expect(bytes.readFloatLE(at * 4)).toBeCloseTo(number, 6);
    });
  });

  it('hears an uploaded recording', async () => {
    const form = new FormData();
    form.set('model', 'whisper-1');
    form.set('response_format', 'verbose_json');
    form.set('file', new Blob([new Uint8Array(40_000)]), 'speech.wav');
    const answer = await fetch(`${provider.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: headers.authorization },
      body: form,
    });
    expect(await answer.json()).toMatchObject({ task: 'transcribe', duration: 3 });
  });

  it('remembers request ids and what it reported for them', async () => {
    await chat({ x_sim: { chunks: 7 } }, { 'x-turnpike-request-id': 'abc' });
    const listed = await (await fetch(`${provider.url}/_sim/requests?limit=10000`)).json();
    const { requests } = listed as { requests: { requestId: string }[] };
    expect(requests.find(({ requestId }) => requestId === 'abc')).toMatchObject({
      end: 'complete',
      usageReported: { promptTokens: 9, completionTokens: 7 },
    });
  });
});
