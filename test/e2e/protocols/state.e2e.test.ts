import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import OpenAI from 'openai';
import { startProtocolWorld, type ProtocolWorld } from '../../support/protocols/protocol-world.ts';
import { signature } from '../../support/protocols/render-anthropic.ts';
import { thoughtSignature } from '../../support/protocols/render-gemini.ts';
import { encryptedContent } from '../../support/protocols/render-responses.ts';
import type { Answer } from '../../support/protocols/scene.ts';

jest.setTimeout(60_000);

let world: ProtocolWorld;
let anthropic: Anthropic;
let openai: OpenAI;
beforeAll(async () => {
  world = await startProtocolWorld();
  const apiKey = world.token.key;
  anthropic = new Anthropic({ apiKey, baseURL: world.gateway.url, maxRetries: 0 });
  openai = new OpenAI({ apiKey, baseURL: `${world.gateway.url}/v1`, maxRetries: 0 });
});
afterAll(() => world.stopAll());

const thinksAndCalls: Answer = {
  thoughts: 'I should look.',
  text: 'One moment.',
  calls: [{ id: 'toolu_01look', name: 'look', input: { at: 'the road' } }],
  end: 'calls',
};
const done: Answer = { text: 'All clear.', end: 'stop' };
const tools = [
  {
    name: 'look',
    description: 'Looks.',
    input_schema: { type: 'object' as const, properties: {} },
  },
];
const chatTools: OpenAI.ChatCompletionTool[] = [
  { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } },
];

function lastRequest(): string {
  const { text } = world.upstream.requests.at(-1)!;
  expect(text).not.toContain('gw1.');
  expect(text).not.toContain(Buffer.from('gw1.').toString('base64').slice(0, 5));
  return text;
}

/** An agent's turn with a tool, through Anthropic's client; resolves to what it keeps as history. */
async function startAgent(model: string, isStream: boolean): Promise<Anthropic.MessageParam[]> {
  world.upstream.answerWith(thinksAndCalls);
  const question: Anthropic.MessageParam = { role: 'user', content: 'Is the road free?' };
  const request = { model, max_tokens: 4000, tools, messages: [question] };
  const answer = isStream
    ? await anthropic.messages.stream(request).finalMessage()
    : await anthropic.messages.create(request);
  const call = answer.content.find((block) => block.type === 'tool_use')!;
  return [
    question,
    { role: 'assistant', content: answer.content as Anthropic.ContentBlockParam[] },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: call.id, content: 'nobody there' }],
    },
  ];
}

async function goOn(model: string, messages: Anthropic.MessageParam[]): Promise<string> {
  world.upstream.answerWith(done);
  const answer = await anthropic.messages.create({ model, max_tokens: 4000, tools, messages });
  return answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

const origins = ['model-anthropic', 'model-chat', 'model-responses', 'model-gemini'];
const turns = origins.flatMap((from) =>
  origins.flatMap((to) => [
    { from, to, isStream: false },
    { from, to, isStream: true },
  ]),
);

describe('an agent of Anthropic’s client', () => {
  it.each(turns)('that began at $from (stream: $isStream) goes on at $to', async (turn) => {
    const history = await startAgent(turn.from, turn.isStream);
    expect(await goOn(turn.to, history)).toBe('All clear.');
    const sent = lastRequest();
    expect(sent).toContain('nobody there');
    expect(sent).toContain('the road');
    // State goes home, and nowhere else.
    const states = {
      'model-anthropic': signature,
      'model-gemini': thoughtSignature,
      'model-responses': encryptedContent,
    };
    for (const [owner, state] of Object.entries(states))
      expect([owner, sent.includes(state)]).toEqual([
        owner,
        turn.from === owner && turn.to === owner,
      ]);
  });
});

describe('an agent of OpenAI’s chat client, which keeps nothing that it does not know', () => {
  it.each([
    ['model-gemini', thoughtSignature],
    ['model-anthropic', signature],
  ])('that goes on at %s brings its state back', async (model, state) => {
    world.upstream.answerWith({
      ...thinksAndCalls,
      calls: [{ id: `call_${model}`, name: 'look', input: { at: 'the road' } }],
    });
    const question = { role: 'user' as const, content: 'Is the road free?' };
    const first = await openai.chat.completions.create({
      model,
      messages: [question],
      tools: chatTools,
      reasoning_effort: 'medium',
      max_completion_tokens: 20_000,
    });
    const calls = first.choices[0]!.message.tool_calls!.map((call) => {
      if (call.type !== 'function') throw new Error('no such call was made');
      const { name, arguments: text } = call.function;
      return { id: call.id, type: 'function' as const, function: { name, arguments: text } };
    });
    world.upstream.answerWith(done);
    const second = await openai.chat.completions.create({
      model,
      messages: [
        question,
        { role: 'assistant', content: 'One moment.', tool_calls: calls },
        { role: 'tool', tool_call_id: calls[0]!.id, content: 'nobody there' },
      ],
      tools: chatTools,
      reasoning_effort: 'medium',
      max_completion_tokens: 20_000,
    });
    expect(second.choices[0]!.message.content).toBe('All clear.');
    expect(lastRequest()).toContain(state);
  });
});

describe('a capsule', () => {
  it('that nobody of us sealed never reaches an upstream', async () => {
    const forged = `gw1.${Buffer.from('{"f":"anthropic","k":"signature","v":"forged"}').toString('base64url')}.AAAAAAAAAAAAAAAA`;
    const text = await goOn('model-anthropic', [
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: forged },
          { type: 'text', text: 'Hello.' },
        ],
      },
      { role: 'user', content: 'And?' },
    ]);
    expect(text).toBe('All clear.');
    expect(lastRequest()).not.toContain('forged');
  });
});
