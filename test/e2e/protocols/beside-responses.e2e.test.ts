import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  chatAnswer,
  startScriptedUpstream,
  type ScriptedUpstream,
} from '../../support/scripted-upstream.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

const nativeModel = 'gpt-4.1';
const chatModel = 'gpt-4.1-mini';

let world: World;
/** Has all of the Responses API. */
let vendor: ScriptedUpstream;
/** Speaks chat only. */
let chat: ScriptedUpstream;
beforeAll(async () => {
  [world, vendor, chat] = await Promise.all([
    startWorld(),
    startScriptedUpstream(),
    startScriptedUpstream(),
  ]);
  await world.admin.setOption('ModelRatio', { [nativeModel]: 2, [chatModel]: 2 });
  await world.admin.setOption('CompletionRatio', { [nativeModel]: 4 });
  await world.admin.createChannel({
    name: 'vendor',
    baseUrl: vendor.url,
    models: [nativeModel],
    config: JSON.stringify({ families: ['openai-responses', 'openai-chat'] }),
  });
  await world.admin.createChannel({
    name: 'chat only',
    baseUrl: chat.url,
    models: [chatModel],
    config: JSON.stringify({ families: ['openai-chat'] }),
  });
  chat.answer(() => chatAnswer({ content: 'Blue.' }));
});
afterAll(async () => {
  await world.stop();
  await Promise.all([vendor.close(), chat.close()]);
});
beforeEach(() => {
  vendor.requests.length = 0;
  chat.requests.length = 0;
});

const input = [
  { type: 'message' as const, role: 'user' as const, content: 'What is the colour of the sky?' },
];

describe('the tokens of a request for a response', () => {
  it('are counted by a vendor that counts', async () => {
    vendor.answer(() => ({ json: { object: 'response.input_tokens', input_tokens: 1234 } }));
    const counted = await world.openai.responses.inputTokens.count({ model: nativeModel, input });
    expect(counted).toEqual({ object: 'response.input_tokens', input_tokens: 1234 });
    expect(vendor.requests[0]?.path).toBe('/v1/responses/input_tokens');
  });

  it('are counted here where the vendor fails, or has no such door', async () => {
    vendor.answer(() => ({ status: 500, json: { error: { message: 'no' } } }));
    for (const model of [nativeModel, chatModel]) {
      const { input_tokens: tokens } = await world.openai.responses.inputTokens.count({
        model,
        input,
      });
      expect(tokens).toBeGreaterThan(8);
      expect(tokens).toBeLessThan(40);
    }
    expect(chat.requests).toEqual([]);
  });

  it('are those of the whole conversation that it goes on from', async () => {
    const first = await world.openai.responses.create({ model: chatModel, input });
    const count = async (previous?: string): Promise<number> => {
      const asked = {
        model: chatModel,
        input,
        ...(previous && { previous_response_id: previous }),
      };
      return (await world.openai.responses.inputTokens.count(asked)).input_tokens;
    };
    expect(await count(first.id)).toBeGreaterThan(2 * (await count()));
  });

  it('are free, and need a model that the key may use', async () => {
    const user = await world.admin.createUser({ username: 'counter', quota: 0 });
    const { key } = await user.createToken();
    const ask = (model: string): Promise<Response> =>
      fetch(`${world.gateway.url}/v1/responses/input_tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, input: 'Hi' }),
      });
    expect((await ask(chatModel)).status).toBe(200);
    expect((await ask('unheard-of')).status).toBe(404);
    expect((await user.getSelf()).used_quota).toBe(0);
  });

  it('never show a capsule to a vendor', async () => {
    vendor.answer(() => ({ json: { object: 'response.input_tokens', input_tokens: 1234 } }));
    const thought = {
      type: 'reasoning' as const,
      id: 'rs_1',
      summary: [],
      encrypted_content: 'gw1.eyJmIjoiYW50aHJvcGljIn0',
    };
    const counted = await world.openai.responses.inputTokens.count({
      model: nativeModel,
      input: [thought, ...input],
    });
    expect(counted.input_tokens).not.toBe(1234);
    expect(vendor.requests).toEqual([]);
  });
});

describe('making a conversation short', () => {
  const ask = (model: string) => world.openai.responses.compact({ model: model, input });

  it('is the vendor’s, and billed', async () => {
    vendor.answer(() => ({
      json: {
        id: 'cmp_1',
        object: 'response.compaction',
        created_at: 1_790_000_000,
        output: [{ type: 'compaction', id: 'c_1', encrypted_content: 'gAAA' }],
        usage: { input_tokens: 100, output_tokens: 10, total_tokens: 110 },
      },
    }));
    const before = (await world.admin.getSelf()).used_quota;
    expect(await ask(nativeModel)).toMatchObject({ object: 'response.compaction' });
    expect(vendor.requests[0]?.path).toBe('/v1/responses/compact');
    expect((await world.admin.getSelf()).used_quota - before).toBe((100 + 10 * 4) * 2);
  });

  it('is not to be had of a vendor without it, and never asked again', async () => {
    const refused = await ask(chatModel).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 501, code: 'not_implemented' });
    const { headers } = refused as { headers: Headers };
    expect(headers.get('x-should-retry')).toBe('false');
    expect(chat.requests).toEqual([]);
  });
});
