import { expect } from '@jest/globals';
import type { AdminClient, TokenRow } from './admin-client.mjs';
import { postJson } from './chat-requests.ts';
import type { ReceivedRequest, ScriptedAnswer, ScriptedUpstream } from './scripted-upstream.ts';

/** Models of upstreams that want state of theirs back: in what the client carries, and in what is remembered here. */
const sealModels = { carried: 'seal-responses', remembered: 'seal-gemini' } as const;
const upstreamKeys = { carried: 'sk-up-responses', remembered: 'AIza-up-gemini' } as const;

const usage = { input_tokens: 5, output_tokens: 3, total_tokens: 8 };
const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA-state' };
const words = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Hello.', annotations: [] }],
};
const call = { name: 'look', args: { at: 'road' } };

/** An upstream of both kinds. */
function answerSealed({ path }: ReceivedRequest): ScriptedAnswer {
  if (path.includes('/responses')) {
    const output = [reasoning, words];
    return { json: { id: 'resp_1', object: 'response', status: 'completed', output, usage } };
  }
  const parts = [{ functionCall: call, thoughtSignature: 'c2lnbmVk' }];
  return {
    json: {
      responseId: 'g1',
      candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, totalTokenCount: 8 },
    },
  };
}

/** Something of everything that is sealed. */
export interface SealScene {
  token: TokenRow;
  /** What a client of Anthropic's keeps: thoughts with a capsule. */
  carried: readonly object[];
  /** What a chat client keeps: a call, without what it does not know. */
  remembered: { id: string };
}

/** Channels, prices, and a secret option. */
export async function prepareSeals(admin: AdminClient, upstream: ScriptedUpstream): Promise<void> {
  upstream.answer(answerSealed);
  const ratios = Object.fromEntries(Object.values(sealModels).map((model) => [model, 1]));
  await admin.setOption('ModelRatio', ratios);
  const both = [
    ['carried', 1, 'openai-responses'],
    ['remembered', 24, 'gemini'],
  ] as const;
  for (const [name, type, family] of both)
    await admin.createChannel({
      name,
      type,
      key: upstreamKeys[name],
      baseUrl: upstream.url,
      models: [sealModels[name]],
      config: JSON.stringify({ families: [family] }),
    });
}

const tools = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } };

/** Begins two conversations at a node. */
export async function beginConversations(url: string, token: TokenRow): Promise<SealScene> {
  const message = await postJson(`${url}/v1/messages`, token.key, {
    model: sealModels.carried,
    max_tokens: 2000,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    messages: [{ role: 'user', content: 'Hi' }],
  });
  const { content } = (await message.json()) as { content: { type: string }[] };
  expect(content.map(({ type }) => type)).toEqual(['thinking', 'text']);
  const chat = await postJson(`${url}/v1/chat/completions`, token.key, {
    model: sealModels.remembered,
    messages: [{ role: 'user', content: 'Look!' }],
    tools: [tools],
  });
  const { choices } = (await chat.json()) as {
    choices: { message: { tool_calls: { id: string }[] } }[];
  };
  return { token, carried: content, remembered: { id: choices[0]!.message.tool_calls[0]!.id } };
}

/** Goes on with both. @returns what the upstreams got of it: the key, and whether they have their state back */
export async function goOn(
  url: string,
  { token, carried, remembered }: SealScene,
  upstream: ScriptedUpstream,
): Promise<{ keys: unknown[]; hasCarried: boolean; hasRemembered: boolean }> {
  upstream.requests.length = 0;
  const message = await postJson(`${url}/v1/messages`, token.key, {
    model: sealModels.carried,
    max_tokens: 2000,
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: carried },
      { role: 'user', content: 'And?' },
    ],
  });
  const { id } = remembered;
  const asked = { id, type: 'function', function: { name: 'look', arguments: '{"at":"road"}' } };
  const chat = await postJson(`${url}/v1/chat/completions`, token.key, {
    model: sealModels.remembered,
    tools: [tools],
    messages: [
      { role: 'user', content: 'Look!' },
      { role: 'assistant', content: null, tool_calls: [asked] },
      { role: 'tool', tool_call_id: id, content: 'nobody' },
    ],
  });
  expect([message.status, chat.status]).toEqual([200, 200]);
  const [first, second] = upstream.requests;
  const texts = [first, second].map((request) => JSON.stringify(request?.body));
  expect(texts.join()).not.toContain('gw1.');
  return {
    keys: [first?.headers.authorization, second?.headers['x-goog-api-key']],
    hasCarried: texts[0]!.includes('gAAA-state'),
    hasRemembered: texts[1]!.includes('c2lnbmVk'),
  };
}

/** The keys of the channels, as the upstreams have to get them. */
export const openedKeys = [`Bearer ${upstreamKeys.carried}`, upstreamKeys.remembered];
