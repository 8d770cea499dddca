import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { preparePython } from '../support/python.ts';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(120_000);

const script = new URL('openai-sdk.py', import.meta.url).pathname;
const { obstacle, run } = await preparePython();
const titled = obstacle === '' ? describe : describe.skip;

titled(`the official Python SDK ${obstacle && `(skipped: ${obstacle})`}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  it('runs chat, streams, tools, embeddings, images, audio, models, responses and errors', async () => {
    const { stdout, stderr } = await run(script, `${world.gateway.url}/v1`, world.token.key);
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n').at(-1)).toBe('all good');
  });
});
