import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChannelRow } from '../../support/admin-client.mjs';
import {
  startScriptedUpstream,
  type ReceivedRequest,
  type ScriptedAnswer,
  type ScriptedUpstream,
} from '../../support/scripted-upstream.ts';
import { openSdk, startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

const model = 'gpt-4.1';

let world: World;
/** Keeps conversations. */
let holder: ScriptedUpstream;
let holding: ChannelRow;
/** Would be asked first. */
let other: ScriptedUpstream;
beforeAll(async () => {
  [world, holder, other] = await Promise.all([
    startWorld(),
    startScriptedUpstream(),
    startScriptedUpstream(),
  ]);
  await world.admin.setOption('RetryTimes', '2');
  holding = await world.admin.createChannel({
    name: 'holder',
    baseUrl: holder.url,
    models: [model],
  });
  await world.admin.createChannel({
    name: 'other',
    baseUrl: other.url,
    models: [model],
    priority: 10,
  });
  holder.answer(answerAsHolder);
  other.answer(answerAsHolder);
});
afterAll(async () => {
  await world.stop();
  await Promise.all([holder.close(), other.close()]);
});
beforeEach(async () => {
  holder.requests.length = 0;
  other.requests.length = 0;
  await world.admin.setOption('AccountResourcesChannel', String(holding.id));
});

function answerAsHolder({ method, path, body }: ReceivedRequest): ScriptedAnswer {
  if (path === '/v1/conversations')
    return { json: { id: 'conv_1', object: 'conversation', created_at: 1_790_000_000 } };
  const named: unknown = body['conversation'];
  const id = typeof named === 'string' ? named : (named as { id?: string } | undefined)?.id;
  if (method === 'POST' && id !== 'conv_1') {
    const message = `Conversation with id '${String(id)}' not found.`;
    const error = { message, type: 'invalid_request_error', param: null, code: null };
    return { status: 404, json: { error } };
  }
  return {
    json: {
      id: 'resp_c1',
      object: 'response',
      created_at: 1_790_000_000,
      status: 'completed',
      model,
      conversation: { id },
      output: [
        {
          type: 'message',
          id: 'msg_c1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'As I said.', annotations: [] }],
        },
      ],
      store: true,
      usage: { input_tokens: 900, output_tokens: 3, total_tokens: 903 },
    },
  };
}

describe('a conversation that an account keeps', () => {
  it('goes on at the channel that keeps it, however it is named', async () => {
    const { id } = await world.openai.conversations.create();
    for (const conversation of [id, { id }]) {
      const answer = await world.openai.responses.create({ model, input: 'And?', conversation });
      expect(answer.output_text).toBe('As I said.');
    }
    expect(other.requests).toEqual([]);
    expect(holder.requests.map(({ path, body }) => [path, body['conversation']])).toEqual([
      ['/v1/conversations', undefined],
      ['/v1/responses', 'conv_1'],
      ['/v1/responses', { id: 'conv_1' }],
    ]);
    // Requests that name none are served as ever.
    await world.openai.responses.create({ model, input: 'Hi' }).catch(() => undefined);
    expect(other.requests).toHaveLength(1);
  });

  it('that its vendor does not know is refused in the vendor’s words, once', async () => {
    const asked = world.openai.responses.create({ model, input: 'Hi', conversation: 'conv_9' });
    await expect(asked).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining("'conv_9' not found"),
    });
    expect(holder.requests).toHaveLength(1);
    expect(other.requests).toEqual([]);
  });

  it('is nobody’s but the administrators’', async () => {
    const user = await world.admin.createUser({ username: 'curious', quota: 1_000_000 });
    const openai = openSdk(world.gateway, (await user.createToken()).key);
    await expect(
      openai.responses.create({ model, input: 'What was said?', conversation: 'conv_1' }),
    ).rejects.toMatchObject({ status: 404, code: 'conversation_not_found', param: 'conversation' });
    expect([...holder.requests, ...other.requests]).toEqual([]);
  });

  it.each([
    [{ conversation: 'conv_1', previous_response_id: 'resp_1' }, 'exclude each other'],
    [{ conversation: 7 }, 'must be the id'],
    [{ conversation: {} }, 'must be the id'],
  ])('is refused where it is none: %j', async (members, reason) => {
    const body = { model, input: 'Hi', ...members } as { model: string; input: string };
    await expect(world.openai.responses.create(body)).rejects.toMatchObject({
      status: 400,
      param: 'conversation',
      message: expect.stringContaining(reason),
    });
    expect([...holder.requests, ...other.requests]).toEqual([]);
  });

  it('is not taken elsewhere by halves when its channel is away', async () => {
    const conversation = 'conv_1';
    await world.openai.responses.create({ model, input: 'Hi', conversation });
    holder.answer(() => ({ status: 500, json: { error: { message: 'away' } } }));
    const goOn = (more: { conversation: string } | { previous_response_id: string }) =>
      world.openai.responses.create({ model, input: 'And?', ...more });
    await expect(goOn({ conversation })).rejects.toMatchObject({ status: 500 });
    await expect(goOn({ previous_response_id: 'resp_c1' })).rejects.toMatchObject({
      code: 'previous_response_not_found',
    });
    expect(other.requests).toEqual([]);
    holder.answer(answerAsHolder);
  });

  it('is asked for at whoever serves the model where no channel keeps any', async () => {
    await world.admin.setOption('AccountResourcesChannel', '0');
    await world.openai.responses.create({ model, input: 'Hi', conversation: 'conv_1' });
    expect(other.requests).toHaveLength(1);
    expect(holder.requests).toEqual([]);
  });
});
