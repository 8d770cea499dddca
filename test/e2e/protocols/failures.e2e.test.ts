import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogRow } from '../../support/admin-client.mjs';
import { askBriefly, askedDoors, type AskedDoor } from '../../support/protocols/ask-briefly.ts';
import { upstreamKinds } from '../../support/protocols/protocol-world.ts';
import { bill } from '../../support/protocols/scene.ts';
import { upstreamWires, type UpstreamFamily } from '../../support/protocols/upstream-wires.ts';
import { useProtocolWorld } from '../../support/protocols/use-protocol-world.ts';
import { waitFor } from '../../support/wait-for.ts';

const world = useProtocolWorld(3);

const long = {
  text: 'Roads are paid for by those who drive on them, mostly.',
  end: 'stop',
} as const;

const pairs = askedDoors.flatMap((door) => upstreamKinds.map((kind) => ({ door, kind })));

/** A streamed question, as raw HTTP: what comes back is looked at byte by byte. */
const ask = (door: AskedDoor, model: string, more?: Parameters<typeof askBriefly>[4]) =>
  askBriefly(world, door, model, true, more);

async function rowsOf(answer: Response): Promise<LogRow[]> {
  const id = answer.headers.get('x-request-id');
  const rows = await world.admin.listLogs('type=2');
  return rows.filter(({ request_id }) => request_id === id);
}

/** What the end of each door's stream looks like. */
const goodEnds: Readonly<Record<AskedDoor, string>> = {
  openai: '[DONE]',
  responses: 'response.completed',
  anthropic: 'message_stop',
  gemini: '"finishReason":"STOP"',
};
const errorEvents: Readonly<Record<AskedDoor, RegExp>> = {
  openai: /^data: \{"error":\{/m,
  responses: /^event: (error|response\.failed)$/m,
  anthropic: /^event: error$/m,
  gemini: /^data: \{"error":\{"code":\d+/m,
};
const lengthEnds: Readonly<Record<AskedDoor, RegExp>> = {
  openai: /"finish_reason":"length"[\s\S]*\[DONE\]/,
  responses: /response\.incomplete/,
  anthropic: /"stop_reason":"max_tokens"[\s\S]*message_stop/,
  gemini: /"finishReason":"MAX_TOKENS"/,
};

describe.each(pairs)('a stream of $door from $kind.name', ({ door, kind }) => {
  it('that fails on the way ends with an error of the client’s protocol, and is billed', async () => {
    world.upstream.answerWith(long, { [kind.family]: { errorAfter: failAfter(kind.family) } });
    const answer = await ask(door, world.modelOf(kind));
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(text).toMatch(errorEvents[door]);
    expect(text).not.toContain(goodEnds[door]);
    expect(text).toContain('Roads');
    const rows = await waitFor('the bill', async () => {
      const found = await rowsOf(answer);
      return found.length === 0 ? undefined : found;
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]!.quota).toBeGreaterThan(0);
  });

  it('that the client leaves stops the upstream within a second, and is billed', async () => {
    world.upstream.answerWith(long, { [kind.family]: { endless: true } });
    const abort = new AbortController();
    const answer = await ask(door, world.modelOf(kind), { signal: abort.signal });
    const reader = answer.body!.getReader();
    await reader.read();
    abort.abort();
    const leftAt = Date.now();
    await waitFor('the upstream’s end', () => (world.upstream.aborted === 1 ? true : undefined));
    expect(Date.now() - leftAt).toBeLessThan(1000);
    const [row] = await waitFor('the bill', async () => {
      const found = await rowsOf(answer);
      return found.length === 0 ? undefined : found;
    });
    expect(row!.completion_tokens).toBeGreaterThan(0);
  });
});

describe.each(pairs)('a question of $door that $kind.name refuses', ({ door, kind }) => {
  it('is answered with the refusal in the client’s protocol, and costs nothing', async () => {
    world.upstream.answerWith(long, { [kind.family]: { status: 400 } });
    const answer = await ask(door, world.modelOf(kind));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await answer.json()).toMatchObject(refusals[door]);
    expect(world.upstream.requests).toHaveLength(1);
    expect(await rowsOf(answer)).toEqual([]);
  });

  it('for its own account’s sake is never taken for a mistake of the client’s', async () => {
    world.upstream.answerWith(long, { [kind.family]: { status: 401 } });
    const answer = await ask(door, world.modelOf(kind));
    expect(answer.status).toBeGreaterThanOrEqual(500);
    const { error } = (await answer.json()) as { error: { message: string } };
    // The id of the request may have any digits.
    expect(error.message.replace(/\(request id: .*\)/, '')).not.toContain('401');
  });
});

const told: unknown = expect.stringContaining('overheated');
const refusals: Readonly<Record<AskedDoor, object>> = {
  openai: { error: { message: told, type: expect.any(String) } },
  responses: { error: { message: told, type: expect.any(String) } },
  anthropic: { type: 'error', error: { message: told, type: 'invalid_request_error' } },
  gemini: { error: { code: 400, message: told, status: 'INVALID_ARGUMENT' } },
};

/** One piece of text has come by then. */
function failAfter(family: UpstreamFamily): number {
  return upstreamWires[family].firstText + 1;
}

describe.each(pairs)('a hard budget of $door at $kind.name', ({ door, kind }) => {
  beforeAll(() => world.admin.setOption('HardBudgetEnabled', 'true'));
  afterAll(() => world.admin.setOption('HardBudgetEnabled', 'false'));

  it('ends the stream as if it were too long, and charges no more than there was', async () => {
    world.upstream.answerWith(long, { [kind.family]: { endless: true } });
    const user = await world.admin.createUser({
      username: `p${String(pairs.findIndex((one) => one.door === door && one.kind === kind))}`,
      quota: 600,
    });
    const { key } = await user.createToken();
    const answer = await ask(door, world.modelOf(kind), { key });
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(text).toMatch(lengthEnds[door]);
    const self = await waitFor('the bill', async () => {
      const found = await user.getSelf();
      return found.used_quota > 0 ? found : undefined;
    });
    expect(self.quota).toBeGreaterThanOrEqual(0);
    expect(self.used_quota).toBeLessThanOrEqual(600);
  });
});

describe('a channel that fails', () => {
  it.each(askedDoors)(
    'is followed by one of another family, for one bill, at the door of %s',
    async (door) => {
      const model = `failover-${door}`;
      await world.price(model);
      const families = JSON.stringify({ families: ['openai-chat'] });
      const baseUrl = world.upstream.url;
      const common = { baseUrl, models: [model] };
      await world.admin.createChannel({
        name: `first-${door}`,
        priority: 9,
        config: families,
        ...common,
      });
      await world.admin.createChannel({ name: `then-${door}`, priority: 5, type: 14, ...common });
      await world.admin.createChannel({ name: `last-${door}`, type: 24, ...common });
      world.upstream.answerWith(long, {
        'openai-chat': { status: 500 },
        anthropic: { errorAfter: 1 },
      });
      const answer = await ask(door, model);
      const text = await answer.text();
      expect(text).toContain(goodEnds[door]);
      expect(text).not.toContain('overheated');
      expect(world.upstream.requests.map(({ family }) => family)).toEqual([
        'openai-chat',
        'anthropic',
        'gemini',
      ]);
      const rows = await waitFor('the bill', async () => {
        const found = await rowsOf(answer);
        return found.length === 0 ? undefined : found;
      });
      expect(rows).toMatchObject([{ prompt_tokens: bill.input, completion_tokens: bill.output }]);
    },
  );

  it('is not asked where another one of its tier speaks the client’s protocol', async () => {
    const model = 'native-first';
    await world.price(model);
    const common = { baseUrl: world.upstream.url, models: [model] };
    await world.admin.createChannel({ name: 'native-claude', type: 14, ...common });
    await world.admin.createChannel({
      name: 'foreign-chat',
      weight: 1000,
      config: JSON.stringify({ families: ['openai-chat'] }),
      ...common,
    });
    world.upstream.answerWith(long);
    for (let call = 0; call < 5; call += 1) await (await ask('anthropic', model)).text();
    for (let call = 0; call < 5; call += 1) await (await ask('openai', model)).text();
    const families = world.upstream.requests.map(({ family }) => family);
    expect(families).toEqual([
      ...Array.from({ length: 5 }, () => 'anthropic'),
      ...Array.from({ length: 5 }, () => 'openai-chat'),
    ]);
  });
});

describe('what cannot be carried', () => {
  const body = { messages: [{ role: 'user', content: 'Hi' }], n: 2 };

  function askTwice(model: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${world.gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${world.token.key}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify({ ...body, model }),
    });
  }

  it('is counted, and told to whoever asks', async () => {
    world.upstream.answerWith(long);
    const answer = await askTwice('model-anthropic', { 'x-gateway-debug': '1' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-gateway-losses')).toMatch(/^\d+;.*\bn\b/);
    const metrics = await (await fetch(`${world.gateway.url}/metrics`)).text();
    expect(metrics).toMatch(
      /gateway_protocol_loss_total\{from="openai-chat",to="anthropic",at="output.n",severity="fatal"\} \d/,
    );
  });

  it('is refused with its name where the client wants that', async () => {
    const answer = await askTwice('model-anthropic', { 'x-gateway-loss-policy': 'strict' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { param: 'output.n', code: 'invalid_request' },
    });
  });

  it('is refused where the token says so, and no header allows it again', async () => {
    const token = await world.admin.createToken({ name: 'careful', loss_policy: 'strict' });
    expect(token).toMatchObject({ loss_policy: 'strict' });
    const ask = (headers: Record<string, string>) =>
      askTwice('model-anthropic', { authorization: `Bearer ${token.key}`, ...headers });
    world.upstream.answerWith(long);
    expect((await ask({})).status).toBe(400);
    expect((await ask({ 'x-gateway-loss-policy': 'lenient' })).status).toBe(400);
    await world.admin.call('PUT', '/api/token/', { id: token.id, loss_policy: '' });
    expect((await ask({})).status).toBe(200);
    const wrong = world.admin.call('PUT', '/api/token/', { id: token.id, loss_policy: 'brave' });
    await expect(wrong).rejects.toThrow('loss_policy');
  });

  it('goes to a channel that loses nothing, whatever its priority', async () => {
    const model = 'careful';
    await world.price(model);
    const common = { baseUrl: world.upstream.url, models: [model] };
    await world.admin.createChannel({ name: 'lossy', type: 14, priority: 9, ...common });
    await world.admin.createChannel({ name: 'lossless', ...common });
    world.upstream.answerWith(long);
    const answer = await askTwice(model);
    expect(answer.status).toBe(200);
    expect(world.upstream.requests.map(({ family }) => family)).toEqual(['openai-chat']);
  });
});
