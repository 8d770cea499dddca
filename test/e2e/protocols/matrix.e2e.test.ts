import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  startProtocolWorld,
  upstreamKinds,
  type ProtocolWorld,
} from '../../support/protocols/protocol-world.ts';
import { bill, scenes, type Scene } from '../../support/protocols/scene.ts';

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
