import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  hasRecorded,
  listRecorded,
  readRecorded,
} from '../../../packages/adaptors/src/families/testing/recorded.ts';
import { postJson } from '../../support/chat-requests.ts';
import {
  startScriptedUpstream,
  type ScriptedAnswer,
  type ScriptedUpstream,
} from '../../support/scripted-upstream.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

const model = 'gemini-interacts';
let world: World;
let google: ScriptedUpstream;
let other: ScriptedUpstream;
let client: GoogleGenAI;
beforeAll(async () => {
  [world, google, other] = await Promise.all([
    startWorld(),
    startScriptedUpstream(),
    startScriptedUpstream(),
  ]);
  await world.admin.setOption('ModelRatio', { [model]: 1, 'gemini-2.5-flash': 1 });
  await world.admin.setOption('CompletionRatio', { [model]: 4, 'gemini-2.5-flash': 4 });
  await world.admin.setOption('CacheRatio', { 'gemini-2.5-flash': 0.5 });
  await world.admin.setOption('RetryTimes', '2');
  const common = { type: 24, key: 'AIza-up', models: [model] };
  await world.admin.createChannel({
    ...common,
    name: 'google',
    baseUrl: google.url,
    model_mapping: JSON.stringify({ [model]: 'gemini-2.5-flash' }),
  });
  client = new GoogleGenAI({
    apiKey: world.token.key,
    httpOptions: { baseUrl: world.gateway.url, retryOptions: { attempts: 1 } },
  });
});
afterAll(async () => {
  await world.stop();
  await Promise.all([google.close(), other.close()]);
});
beforeEach(() => {
  google.requests.length = 0;
  other.requests.length = 0;
});

const usage = {
  total_input_tokens: 100,
  input_tokens_by_modality: [{ modality: 'text', tokens: 100 }],
  total_cached_tokens: 40,
  total_output_tokens: 10,
  total_thought_tokens: 5,
  total_tool_use_tokens: 20,
  total_tokens: 135,
};
// 80 × 1 + 40 × 0.5 + 15 × 4
const cost = 160;
const interaction = (id: string, more: object = {}): object => ({
  id,
  object: 'interaction',
  status: 'completed',
  model: 'gemini-2.5-flash',
  steps: [{ type: 'model_output', content: [{ type: 'text', text: 'Hello.' }] }],
  usage,
  ...more,
});

function toStream(events: readonly unknown[], isMarked = true): ScriptedAnswer {
  const frames = events.map((event) => {
    const type = (event as { event_type?: string }).event_type;
    return `event: ${String(type)}\ndata: ${JSON.stringify(event)}\n\n`;
  });
  return { frames: isMarked ? [...frames, 'event: done\ndata: [DONE]\n\n'] : frames };
}

const streamed = (id: string): object[] => [
  { event_type: 'interaction.created', interaction: { id, status: 'in_progress' } },
  { event_type: 'step.start', index: 0, step: { type: 'model_output' } },
  { event_type: 'step.delta', index: 0, delta: { type: 'text', text: 'Hello.' } },
  { event_type: 'step.stop', index: 0 },
  { event_type: 'interaction.completed', interaction: interaction(id) },
];

function ask(body: object, path = '/v1beta/interactions'): Promise<Response> {
  return postJson(world.gateway.url + path, world.token.key, { model, input: 'Hi', ...body });
}

async function quotaOf(answer: Response): Promise<number | undefined> {
  const id = answer.headers.get('x-request-id');
  const rows = await world.admin.listLogs('type=2');
  return rows.find(({ request_id }) => request_id === id)?.quota;
}

describe('interactions with Google’s models', () => {
  it('pass as they are, under the channel’s key and name of the model, and are billed', async () => {
    google.answer(() => ({ json: interaction('v1_a') }));
    const answer = await ask({ response_format: { type: 'text' }, new_member: 1.0 });
    expect(await answer.json()).toEqual(interaction('v1_a'));
    expect(await quotaOf(answer)).toBe(cost);
    expect(google.requests).toMatchObject([
      {
        path: '/v1beta/interactions',
        headers: { 'x-goog-api-key': 'AIza-up' },
        body: { model: 'gemini-2.5-flash', input: 'Hi', new_member: 1 },
      },
    ]);
  });

  it.each([true, false])(
    'stream, and have a marker at the end, from upstream: %s',
    async (isMarked) => {
      google.answer(() => toStream(streamed('v1_s'), isMarked));
      const answer = await ask({ stream: true });
      expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
      const scripted = toStream(streamed('v1_s')) as { frames: string[] };
      expect(await answer.text()).toBe(scripted.frames.join(''));
      expect(await quotaOf(answer)).toBe(cost);
    },
  );

  it('are read by Google’s own SDK, whole and as a stream', async () => {
    google.answer(() => ({ json: interaction('v1_sdk') }));
    const whole = await client.interactions.create({ model, input: 'Hi' });
    expect(whole.id).toBe('v1_sdk');
    google.answer(() => toStream(streamed('v1_sdk')));
    const types: unknown[] = [];
    const stream = await client.interactions.create({ model, input: 'Hi', stream: true });
    for await (const event of stream) types.push(event.event_type);
    expect(types).toEqual(
      streamed('v1_sdk').map((event) => (event as { event_type: string }).event_type),
    );
  });

  it('go on at the account that keeps them, and nowhere else', async () => {
    google.answer(() => toStream(streamed('v1_kept')));
    await (await ask({ stream: true })).text();
    await world.admin.createChannel({
      name: 'other google',
      type: 24,
      key: 'AIza-other',
      baseUrl: other.url,
      models: [model],
      priority: 10,
    });
    other.answer(() => ({ json: interaction('v1_other') }));
    google.answer(() => ({ json: interaction('v1_next') }));
    expect(await (await ask({ previous_interaction_id: 'v1_kept' })).json()).toMatchObject({
      id: 'v1_next',
    });
    expect(other.requests).toEqual([]);

    google.answer(() => ({ status: 500, json: { error: { code: 500, message: 'away' } } }));
    const lost = await ask({ previous_interaction_id: 'v1_next' });
    expect([lost.status, await lost.text()]).toEqual([400, expect.stringContaining('v1_next')]);
    expect(other.requests).toEqual([]);
    // One that goes on from nothing is anybody's.
    expect(await (await ask({})).json()).toMatchObject({ id: 'v1_other' });
  });

  it.each([
    [{ model: undefined }, 400, 'model'],
    [{ stream: 'yes' }, 400, 'stream'],
    [{ agent: 'deep-research' }, 400, 'agent'],
    [{ background: true }, 400, 'background'],
    [{ generation_config: { max_output_tokens: -1 } }, 400, 'max_output_tokens'],
  ])('that cannot be served are refused in Google’s shape: %j', async (body, status, field) => {
    const answer = await ask(body);
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(field)]);
    expect(google.requests).toEqual([]);
  });

  it('that break say so in the stream, and are billed for what was said', async () => {
    await world.admin.setOption('RetryTimes', '0');
    const broken = (toStream(streamed('v1_b')) as { frames: string[] }).frames.slice(0, 3);
    other.answer(() => ({ frames: broken, isCut: true }));
    const answer = await ask({ stream: true });
    const text = await answer.text();
    expect(text).toContain('"event_type":"error"');
    expect(await quotaOf(answer)).toBeGreaterThan(0);
  });
});

(hasRecorded ? describe : describe.skip)('recorded interactions', () => {
  const folder = 'google/interactions';
  const names = hasRecorded ? listRecorded([folder]).filter((name) => name.startsWith(folder)) : [];

  it.each(names)('%s comes byte for byte, and costs what Google counted', async (name) => {
    const text = readRecorded(name).toString();
    const isStream = name.endsWith('.chunks.txt');
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const events = isStream ? lines.map((line) => JSON.parse(line) as unknown) : [];
    const said = isStream ? events.at(-1) : JSON.parse(text);
    const figures =
      (said as { interaction?: { usage: typeof usage } }).interaction ??
      (said as { usage: typeof usage });
    other.answer(() => (isStream ? toStream(events) : { json: said }));
    const answer = await ask({ stream: isStream });
    const got = await answer.text();
    if (isStream) expect(got).toBe((toStream(events) as { frames: string[] }).frames.join(''));
    else expect(JSON.parse(got)).toEqual(said);
    const counts = figures.usage;
    expect(counts.total_cached_tokens).toBe(0);
    expect(await quotaOf(answer)).toBe(
      counts.total_input_tokens +
        counts.total_tool_use_tokens +
        4 * (counts.total_output_tokens + counts.total_thought_tokens),
    );
  });
});
