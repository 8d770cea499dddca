import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  chatAnswer,
  startScriptedUpstream,
  type ScriptedAnswer,
  type ScriptedUpstream,
} from '../../support/scripted-upstream.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

const model = 'gpt-4.1';

let world: World;
/** Keeps conversations itself. */
let vendor: ScriptedUpstream;
/** Speaks chat only, and is asked second. */
let chat: ScriptedUpstream;
beforeAll(async () => {
  [world, vendor, chat] = await Promise.all([
    startWorld(),
    startScriptedUpstream(),
    startScriptedUpstream(),
  ]);
  await world.admin.setOption('RetryTimes', '2');
  await world.admin.createChannel({
    name: 'vendor',
    baseUrl: vendor.url,
    models: [model],
    priority: 10,
  });
  await world.admin.createChannel({
    name: 'chat only',
    baseUrl: chat.url,
    models: [model],
    config: JSON.stringify({ families: ['openai-chat'] }),
  });
  chat.answer(() => chatAnswer({ content: 'From chat.' }));
});
afterAll(async () => {
  await world.stop();
  await Promise.all([vendor.close(), chat.close()]);
});
beforeEach(() => {
  vendor.requests.length = 0;
  chat.requests.length = 0;
});

function makeResponse(id: string, text: string, more: object = {}): object {
  return {
    id,
    object: 'response',
    created_at: 1_790_000_000,
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output: [
      { type: 'reasoning', id: `rs_${id}`, summary: [], encrypted_content: 'gAAA' },
      {
        type: 'message',
        id: `msg_${id}`,
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
      },
    ],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    store: true,
    usage: { input_tokens: 9, output_tokens: 2, total_tokens: 11 },
    ...more,
  };
}

function stream(id: string, text: string): ScriptedAnswer {
  const response = makeResponse(id, text);
  const events = [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { type: 'message', id: `msg_${id}`, role: 'assistant', content: [] },
    },
    {
      type: 'response.content_part.added',
      output_index: 0,
      content_index: 0,
      item_id: `msg_${id}`,
      part: { type: 'output_text', text: '', annotations: [] },
    },
    {
      type: 'response.output_text.delta',
      output_index: 0,
      content_index: 0,
      item_id: `msg_${id}`,
      delta: text,
    },
    { type: 'response.completed', response },
  ];
  return {
    frames: events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
  };
}

describe('conversations that a vendor keeps', () => {
  it('go on there, as they came', async () => {
    vendor.answer(() => stream('resp_v1', 'Hello.'));
    const first = await world.openai.responses.stream({ model, input: 'Hi' }).finalResponse();
    expect(first.id).toBe('resp_v1');

    vendor.answer(() => ({ json: makeResponse('resp_v2', 'Again.') }));
    await world.openai.responses.create({
      model,
      input: 'More',
      previous_response_id: first.id,
    });
    expect(vendor.requests[1]).toMatchObject({
      path: '/v1/responses',
      body: { model, input: 'More', previous_response_id: 'resp_v1' },
    });
    expect(chat.requests).toEqual([]);
  });

  it('go on elsewhere, whole, when the vendor is away', async () => {
    vendor.answer(() => ({ json: makeResponse('resp_v3', 'Hello.') }));
    await world.openai.responses.create({ model, input: 'Hi' });
    vendor.answer(() => ({ status: 500, json: { error: { message: 'away' } } }));
    const next = await world.openai.responses.create({
      model,
      input: 'More',
      previous_response_id: 'resp_v3',
    });
    expect(next.output_text).toBe('From chat.');
    expect(next.previous_response_id).toBe('resp_v3');
    expect(chat.requests.at(-1)?.body['messages']).toMatchObject([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'More' },
    ]);
    expect(JSON.stringify(chat.requests.at(-1)?.body)).not.toContain('gAAA');

    // What was said elsewhere the vendor does not know: from there on it gets the conversation whole.
    vendor.answer(() => ({ json: makeResponse('resp_v4', 'Back.') }));
    await world.openai.responses.create({ model, input: 'Last', previous_response_id: next.id });
    const { body } = vendor.requests.at(-1)!;
    expect(body).not.toHaveProperty('previous_response_id');
    expect((body['input'] as { role: string }[]).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
  });

  it('are deleted there too', async () => {
    vendor.answer(() => ({ json: makeResponse('resp_v5', 'Hello.') }));
    await world.openai.responses.create({ model, input: 'Hi' });
    vendor.answer(() => ({ json: { id: 'resp_v5', deleted: true } }));
    await world.openai.responses.delete('resp_v5');
    expect(vendor.requests.at(-1)).toMatchObject({
      method: 'DELETE',
      path: '/v1/responses/resp_v5',
      headers: { authorization: 'Bearer sk-sim' },
    });
  });

  it('stay where the vendor does not say that they are gone', async () => {
    vendor.answer(() => ({ json: makeResponse('resp_v6', 'Hello.') }));
    await world.openai.responses.create({ model, input: 'Hi' });
    vendor.answer(() => ({ status: 503, json: { error: { message: 'away' } } }));
    await expect(world.openai.responses.delete('resp_v6')).rejects.toMatchObject({ status: 502 });
    expect(await world.openai.responses.retrieve('resp_v6')).toMatchObject({ id: 'resp_v6' });
  });

  it('leave ids that nobody here knows to the vendor', async () => {
    vendor.answer(() => ({ json: makeResponse('resp_v7', 'Hello.') }));
    await world.openai.responses.create({
      model,
      input: 'Hi',
      previous_response_id: 'resp_from_before',
    });
    expect(vendor.requests.at(-1)?.body).toMatchObject({
      previous_response_id: 'resp_from_before',
    });
  });
});
