import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  startProtocolWorld,
  upstreamKinds,
  type ProtocolWorld,
} from '../../support/protocols/protocol-world.ts';
import { bill, scenes, type Scene } from '../../support/protocols/scene.ts';
import { readLosses } from '../../support/protocols/losses.ts';

jest.setTimeout(120_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
});
afterAll(() => world.stopAll());

const clientFamilies = ['openai-chat', 'openai-responses', 'anthropic', 'gemini'] as const;
const pairs = clientFamilies.flatMap((client) =>
  upstreamKinds.flatMap((kind) => [
    { client, kind, isStream: false, how: 'whole' },
    { client, kind, isStream: true, how: 'streamed' },
  ]),
);

describe.each(pairs)('a client of $client at $kind.name, $how', ({ client, kind, isStream }) => {
  it.each(scenes)('gets $name', async ({ question, answer, mustReach }: Scene) => {
    world.upstream.answerWith(answer);
    const asking = world.clients.find(({ family }) => family === client)!;

    const got = await asking.ask(world.modelOf(kind), question, isStream);

    expect({ ...got, thoughts: '' }).toEqual({
      text: answer.text ?? '',
      thoughts: '',
      calls: (answer.calls ?? []).map(({ name, input }) => ({ name, input })),
      end: answer.end,
      input: bill.input,
      cached: bill.cached,
      output: bill.output,
    });
    // Chat as OpenAI defines it has no thoughts; ours are an extension that its helper does not fold.
    if (answer.thoughts !== undefined && !(client === 'openai-chat' && isStream))
      expect(got.thoughts).toBe(answer.thoughts);
    const [request, ...more] = world.upstream.requests;
    expect(more).toEqual([]);
    expect(request!.family).toBe(kind.family);
    for (const text of mustReach) expect(request!.text).toContain(text);
  });
});

describe('what all of this lost', () => {
  it('is counted by name, and is nothing else', async () => {
    const unsigned = 'turns[] (warn)'; // a call that Gemini never signed
    const answerTool = 'output.format (info)'; // an answer that comes as the call of a tool
    expect(await readLosses(world.gateway.url)).toEqual([
      `anthropic → anthropic: ${answerTool}`,
      `anthropic → gemini: ${unsigned}`,
      `gemini → anthropic: ${answerTool}`,
      `openai-chat → anthropic: ${answerTool}`,
      `openai-chat → gemini: ${unsigned}`,
      `openai-responses → anthropic: ${answerTool}`,
      `openai-responses → gemini: ${unsigned}`,
    ]);
  });
});
