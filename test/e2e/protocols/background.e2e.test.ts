import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type OpenAI from 'openai';
import type { SimulatedRequest } from '../../../packages/server/src/demo/simulator-record.ts';
import { postJson, simulate } from '../../support/chat-requests.ts';
import {
  chatFrames,
  startScriptedUpstream,
  type ScriptedUpstream,
} from '../../support/scripted-upstream.ts';
import { openSdk, startWorld, type World } from '../../support/start-world.ts';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(60_000);

const model = 'gpt-4o-mini';
const foreignModel = 'gpt-4.1';
const nativeModel = 'gpt-4.1-mini';

let world: World;
/** Speaks chat only. */
let chat: ScriptedUpstream;
/** Keeps conversations itself. */
let vendor: ScriptedUpstream;
beforeAll(async () => {
  [world, chat, vendor] = await Promise.all([
    startWorld(),
    startScriptedUpstream(),
    startScriptedUpstream(),
  ]);
  await world.admin.createChannel({ name: 'vendor', baseUrl: vendor.url, models: [nativeModel] });
  await world.admin.createChannel({
    name: 'chat only',
    baseUrl: chat.url,
    models: [foreignModel],
    config: JSON.stringify({ families: ['openai-chat'] }),
  });
});
afterAll(async () => {
  await world.stop();
  await Promise.all([chat.close(), vendor.close()]);
});

type Response = OpenAI.Responses.Response;

const begin = (more: object = {}): Promise<Response> =>
  world.openai.responses.create({ model, input: 'Tell me.', background: true, ...more });

/** Slow enough to be met while it is made. */
const slowly = simulate({ chunks: 200, delay: 50 });

async function untilOver(id: string): Promise<Response> {
  return waitFor('the end of the response', async () => {
    const response = await world.openai.responses.retrieve(id);
    return response.status === 'queued' || response.status === 'in_progress' ? undefined : response;
  });
}

/** What the provider knows of the next request; asked again and again. */
function nextRequest(): () => SimulatedRequest | undefined {
  const { count } = world.provider.requests;
  return () => world.provider.requests.list(count, 1)[0];
}

async function billsOf(response: Response): Promise<number[]> {
  const rows = await world.admin.listLogs('type=2&p=0&page_size=100');
  const tokens = response.usage?.output_tokens ?? -1;
  return rows.filter((row) => row.completion_tokens === tokens).map(({ quota }) => quota);
}

describe('a response that is made in the background', () => {
  it('is answered at once, polled, and billed once by what the upstream counted', async () => {
    const queued = await begin(simulate({ chunks: 37 }));
    expect(queued).toMatchObject({ object: 'response', status: 'queued', background: true, model });
    const response = await untilOver(queued.id);
    expect(response).toMatchObject({
      id: queued.id,
      created_at: queued.created_at,
      status: 'completed',
      background: true,
      store: true,
      error: null,
    });
    expect(response.output_text.length).toBeGreaterThan(10);
    await waitFor('its bill', async () => (await billsOf(response)).length > 0);
    expect(await billsOf(response)).toHaveLength(1);
  });

  it('asks no vendor to answer later, or to keep anything', async () => {
    const made = { id: 'resp_vendor', object: 'response', status: 'completed', model: nativeModel };
    const usage = { input_tokens: 9, output_tokens: 2, total_tokens: 11 };
    const events = [
      { type: 'response.created', response: { ...made, status: 'in_progress', store: false } },
      { type: 'response.completed', response: { ...made, output: [], store: false, usage } },
    ];
    vendor.answer(() => ({
      frames: events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
    }));
    const queued = await begin({ model: nativeModel, store: true });
    const { body } = await waitFor('the request', () => vendor.requests[0]);
    expect(body).toEqual({ model: nativeModel, input: 'Tell me.', stream: true, store: false });
    const response = await untilOver(queued.id);
    expect(response).toMatchObject({ id: queued.id, store: true, usage: { output_tokens: 2 } });
  });

  it('is made by an upstream of another protocol too, and gone on from', async () => {
    chat.answer(() => ({ frames: chatFrames([{ content: 'Blue' }, { content: '.' }]) }));
    const queued = await begin({ model: foreignModel, input: 'My colour?' });
    const response = await untilOver(queued.id);
    expect(response).toMatchObject({ id: queued.id, status: 'completed', output_text: 'Blue.' });
    const again = await begin({
      model: foreignModel,
      input: 'Sure?',
      previous_response_id: queued.id,
    });
    expect(again.previous_response_id).toBe(queued.id);
    expect((await untilOver(again.id)).previous_response_id).toBe(queued.id);
    const { messages } = chat.requests.at(-1)!.body as { messages: { content: unknown }[] };
    expect(JSON.stringify(messages.map(({ content }) => content))).toMatch(/colour.*Blue.*Sure/);
    const items = await world.openai.responses.inputItems.list(again.id, { order: 'asc' });
    expect(items.data).toHaveLength(3);
  });

  it('is cancelled, and what was said is billed', async () => {
    const user = await world.admin.createUser({ username: 'canceller', quota: 1_000_000 });
    const client = openSdk(world.gateway, (await user.createToken()).key);
    const request = nextRequest();
    const queued = await client.responses.create({
      model,
      input: 'Tell me.',
      background: true,
      ...slowly,
    });
    await waitFor('some of the answer', () => (request()?.tokensWritten ?? 0) > 3);
    const cancelled = await client.responses.cancel(queued.id);
    expect(cancelled).toMatchObject({ id: queued.id, status: 'cancelled' });
    expect(await client.responses.cancel(queued.id)).toMatchObject({ status: 'cancelled' });
    expect(await client.responses.retrieve(queued.id)).toMatchObject({ status: 'cancelled' });
    const used = await waitFor('the bill', async () => (await user.getSelf()).used_quota || false);
    expect(used).toBeLessThan(1000);
    await expect(world.openai.responses.cancel(queued.id)).rejects.toMatchObject({ status: 404 });
  });

  it('is deleted while it is made, and does not come back', async () => {
    const request = nextRequest();
    const queued = await begin(slowly);
    await waitFor('some of the answer', () => (request()?.tokensWritten ?? 0) > 3);
    await world.openai.responses.delete(queued.id);
    await expect(world.openai.responses.retrieve(queued.id)).rejects.toMatchObject({ status: 404 });
    await waitFor('the upstream to be left', () => request()?.end === 'client-gone');
    await expect(world.openai.responses.retrieve(queued.id)).rejects.toMatchObject({ status: 404 });
  });

  it('says why it failed', async () => {
    const queued = await begin(simulate({ status: 400, 'error-message': 'It is too long.' }));
    const response = await untilOver(queued.id);
    expect(response.status).toBe('failed');
    expect(response.error?.message).toContain('too long');
  });

  it('cannot be gone on from before it is complete', async () => {
    const queued = await begin(slowly);
    const next = world.openai.responses.create({
      model,
      input: 'And?',
      previous_response_id: queued.id,
    });
    await expect(next).rejects.toMatchObject({ status: 400, param: 'previous_response_id' });
    await world.openai.responses.cancel(queued.id);
  });

  it.each([
    ['is not to be kept', { store: false }, 'store'],
    ['asks for what nobody has', { model: 'unheard-of' }, 'model'],
  ])('is refused at once where it %s', async (_title, more, param) => {
    await expect(begin(more)).rejects.toMatchObject({ param });
  });
});

describe('a background response that is watched', () => {
  const request = { model, input: 'Tell me.', background: true, stream: true } as const;

  it('streams as any other, and its events can be had again from any of them on', async () => {
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    for await (const event of await world.openai.responses.create({
      ...request,
      ...simulate({ chunks: 20 }),
    }))
      events.push(event);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
    const last = events.at(-1)!;
    if (last.type !== 'response.completed') throw new Error(`it ended with ${last.type}`);
    expect(last.response).toMatchObject({ background: true, status: 'completed' });

    const again: unknown[] = [];
    const stream = await world.openai.responses.retrieve(last.response.id, {
      stream: true,
      starting_after: 4,
    });
    for await (const event of stream) again.push(event);
    expect(again).toEqual(events.slice(5));
  });

  it('goes on without who watched it, and is watched again on the way', async () => {
    const first = await world.openai.responses.create({ ...request, ...slowly });
    let id = '';
    let seen = 0;
    for await (const event of first) {
      if (event.type === 'response.created') ({ id } = event.response);
      seen = event.sequence_number;
      if (seen > 10) break; // and the connection is closed
    }
    const more = await world.openai.responses.retrieve(id, { stream: true, starting_after: seen });
    let next = seen + 1;
    for await (const event of more) {
      expect(event.sequence_number).toBe(next++);
      if (next > seen + 20) await world.openai.responses.cancel(id);
      if (next > 1000) throw new Error('it was not cancelled');
    }
    expect(await world.openai.responses.retrieve(id)).toMatchObject({ status: 'cancelled' });
  });

  it('has no events where nobody asked for them', async () => {
    const queued = await begin();
    await untilOver(queued.id);
    const stream = world.openai.responses.retrieve(queued.id, { stream: true });
    await expect(stream).rejects.toMatchObject({ status: 400, param: 'stream' });
    const url = `${world.gateway.url}/v1/responses/${queued.id}?stream=true&starting_after=x`;
    const bad = await fetch(url, { headers: { authorization: `Bearer ${world.token.key}` } });
    expect(bad.status).toBe(400);
  });
});

describe('a gateway that keeps no responses', () => {
  it('makes none in the background', async () => {
    const closed = await startWorld({ env: { RESPONSE_STORE_MAX_MB: '0' } });
    try {
      const answer = await postJson(`${closed.gateway.url}/v1/responses`, closed.token.key, {
        model,
        input: 'Hi',
        background: true,
      });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        error: { code: 'unsupported_parameter', param: 'background' },
      });
    } finally {
      await closed.stop();
    }
  });
});
