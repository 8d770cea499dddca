import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  startProtocolWorld,
  upstreamKinds,
  type ProtocolWorld,
} from '../../support/protocols/protocol-world.ts';
import { preparePython } from '../../support/python.ts';

jest.setTimeout(120_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
});
afterAll(() => world.stopAll());

/** What every model says here; the scripts know it. */
const answer = {
  thoughts: 'Hm.',
  text: 'Let me look.',
  calls: [
    { id: 'call_paris1', name: 'get_weather', input: { city: 'Paris' } },
    { id: 'call_oslo22', name: 'get_weather', input: { city: 'Øslo "N"' } },
  ],
  end: 'calls',
} as const;

const { obstacle, run } = await preparePython();
const titled = obstacle === '' ? it : it.skip;

for (const sdk of ['openai', 'anthropic']) {
  describe(`the Python SDK of ${sdk} ${obstacle && `(skipped: ${obstacle})`}`, () => {
    titled('reads whole answers and streams of every kind of upstream', async () => {
      world.upstream.answerWith(answer, { anthropic: { status: 529 } });
      const script = new URL(`clients-${sdk}.py`, import.meta.url).pathname;
      const models = upstreamKinds
        .filter(({ family }) => family !== 'anthropic')
        .map((kind) => world.modelOf(kind));
      const { url } = world.gateway;
      const { stdout, stderr } = await run(script, url, world.token.key, ...models);
      expect(stderr).toBe('');
      expect(stdout.trim().split('\n').at(-1)).toBe('all good');
    });
  });
}
