import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hello } from '../support/chat-requests.ts';
import { openSdk, startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(120_000);

const completionRatio = 5;
const model = hello.model;
const priceOf = (prompt: number, completion: number): number =>
  prompt + completion * completionRatio;

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.admin.setOption('ModelRatio', { [model]: 1 });
  await world.admin.setOption('CompletionRatio', { [model]: completionRatio });
});
afterAll(() => world.stop());

async function decide(parameters: object): Promise<void> {
  await world.admin.call('PUT', '/api/channel/', {
    id: world.channel.id,
    config: JSON.stringify({ parameters }),
  });
}

let made = 0;

async function clientWith(quota: number) {
  made += 1;
  const user = await world.admin.createUser({ username: `limited-${made}`, quota });
  const { key } = await user.createToken();
  return { user, client: openSdk(world.gateway, key) };
}

/** How long an answer would be that nobody limits. */
const long = { x_sim: { chunks: 500 } };

describe.each([
  ['a soft budget', 'false'],
  ['a hard budget', 'true'],
])('what a channel sets, under %s,', (_title, isHard) => {
  beforeAll(() => world.admin.setOption('HardBudgetEnabled', isHard));

  it.each([
    ['raises', 5],
    ['lowers', 400],
  ])('is what is billed where it %s the client’s own limit', async (_what, own) => {
    await decide({ set: { max_tokens: 30 } });
    const { user, client } = await clientWith(5000);
    const { usage } = await client.chat.completions.create({
      ...hello,
      ...long,
      max_completion_tokens: own,
    });
    expect(usage!.completion_tokens).toBe(30);
    const { quota, used_quota: used } = await user.getSelf();
    expect(used).toBe(priceOf(usage!.prompt_tokens, 30));
    expect(quota).toBe(5000 - used);
  });

  it('is what a balance has to pay for, not what the client asked for', async () => {
    const { client } = await clientWith(1000);
    await decide({ set: { max_tokens: 30 } });
    // Ten thousand tokens could not be paid.
    await client.chat.completions.create({ ...hello, ...long, max_completion_tokens: 10_000 });
  });

  it('is what a client without a limit may have, where it is a default', async () => {
    await decide({ default: { max_tokens: 30 } });
    const { user, client } = await clientWith(1000);
    const { usage } = await client.chat.completions.create({ ...hello, ...long });
    expect(usage!.completion_tokens).toBe(30);
    expect((await user.getSelf()).used_quota).toBe(priceOf(usage!.prompt_tokens, 30));
  });
});

describe('an answer that the channel makes dearer than a balance', () => {
  it('is refused under a soft budget', async () => {
    await world.admin.setOption('HardBudgetEnabled', 'false');
    await decide({ set: { max_tokens: 10_000 } });
    const { user, client } = await clientWith(1000);
    await expect(
      client.chat.completions.create({ ...hello, max_completion_tokens: 5 }),
    ).rejects.toMatchObject({
      status: 403,
      code: 'insufficient_user_quota',
    });
    expect((await user.getSelf()).used_quota).toBe(0);
  });

  it('is cut to what is there under a hard one', async () => {
    await world.admin.setOption('HardBudgetEnabled', 'true');
    await decide({ set: { max_tokens: 10_000 } });
    const { user, client } = await clientWith(1000);
    const { usage } = await client.chat.completions.create({
      ...hello,
      ...long,
      max_completion_tokens: 5,
    });
    const { used_quota: used } = await user.getSelf();
    expect(usage!.completion_tokens).toBeGreaterThan(5);
    expect(used).toBe(priceOf(usage!.prompt_tokens, usage!.completion_tokens));
    expect(used).toBeLessThanOrEqual(1000);
  });
});
