import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import OpenAI from 'openai';
import { hello, simulate } from '../support/chat-requests.ts';
import { openSdk, startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

type SdkError = InstanceType<typeof OpenAI.APIError>;

async function failureOf(call: Promise<unknown>): Promise<SdkError> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) throw new Error('the call succeeded');
  return outcome as SdkError;
}

const chat = (extra: object = {}, client: OpenAI = world.openai): Promise<unknown> =>
  client.chat.completions.create({ ...hello, ...extra });

describe('errors that are the client’s own', () => {
  it('answers 401 for an unknown key', async () => {
    const error = await failureOf(chat({}, openSdk(world.gateway, 'sk-nobody-has-this')));
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error.code).toBe('invalid_api_key');
    expect(error.headers?.get('x-should-retry')).toBe('false');
    expect(error.message).toContain(`request id: ${String(error.requestID)}`);
  });

  it('answers 401 for a disabled key', async () => {
    const { id, key } = await world.admin.createToken({ name: 'disabled' });
    await world.admin.call('PUT', '/api/token/?status_only=true', { id, status: 2 });
    const error = await failureOf(chat({}, openSdk(world.gateway, key)));
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error.code).toBe('api_key_disabled');
  });

  it('answers 401 for an expired key', async () => {
    const past = Math.floor(Date.now() / 1000) - 10;
    const { key } = await world.admin.createToken({ name: 'expired', expired_time: past });
    const error = await failureOf(chat({}, openSdk(world.gateway, key)));
    expect(error.status).toBe(401);
    expect(error.code).toBe('api_key_expired');
  });

  it('answers 403 when the key has no quota left, and says so in a way that stops retries', async () => {
    const { key } = await world.admin.createToken({ name: 'empty', unlimited_quota: false });
    const error = await failureOf(chat({}, openSdk(world.gateway, key, 2)));
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(error.type).toBe('insufficient_quota');
    expect(error.code).toBe('insufficient_token_quota');
  });

  it('answers 403 when the account has no quota left', async () => {
    const poor = await world.admin.createUser({ username: 'poor', quota: 0 });
    const { key } = await poor.createToken();
    const error = await failureOf(chat({}, openSdk(world.gateway, key)));
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(error.code).toBe('insufficient_user_quota');
  });

  it('answers 403 for a model that the key may not use', async () => {
    const { key } = await world.admin.createToken({ name: 'narrow', models: 'gpt-4o' });
    const error = await failureOf(chat({}, openSdk(world.gateway, key)));
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(error.code).toBe('model_not_allowed');
  });

  it('answers 403 outside the key’s subnets, whatever address the client claims', async () => {
    const { key } = await world.admin.createToken({ name: 'far', subnet: '10.1.2.0/24' });
    for (const name of ['x-forwarded-for', 'x-real-ip']) {
      const sdk = openSdk(world.gateway, key).withOptions({
        defaultHeaders: { [name]: '10.1.2.3' },
      });
      const error = await failureOf(chat({}, sdk));
      expect(error.status).toBe(403);
      expect(error.code).toBe('ip_not_allowed');
    }
  });

  it('answers 403 for a disabled account', async () => {
    const username = 'banned';
    const banned = await world.admin.createUser({ username, quota: 1_000_000 });
    const { key } = await banned.createToken();
    await world.admin.call('POST', '/api/user/manage', { username, action: 'disable' });
    const error = await failureOf(chat({}, openSdk(world.gateway, key)));
    expect(error.status).toBe(403);
    expect(error.code).toBe('account_disabled');
  });

  it('answers 404 for a model that no channel has', async () => {
    const error = await failureOf(chat({ model: 'no-such-model' }));
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error.code).toBe('model_not_found');
  });

  it('answers 404 when an unknown model is retrieved', async () => {
    const error = await failureOf(world.openai.models.retrieve('no-such-model'));
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
  });

  it('answers 400 with the field that is wrong', async () => {
    const error = await failureOf(chat({ messages: 'hello' }));
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error.param).toBe('messages');
  });

  it('answers 413 for a body that is too large', async () => {
    const content = 'x'.repeat(40_000_000);
    const error = await failureOf(chat({ messages: [{ role: 'user', content }] }));
    expect(error.status).toBe(413);
    expect(error.code).toBe('request_too_large');
  });

  it('answers 501 once for a route that only the vendor has', async () => {
    const error = await failureOf(openSdk(world.gateway, world.token.key, 2).files.list());
    expect(error.status).toBe(501);
    expect(error.code).toBe('not_implemented');
    expect(error.headers?.get('x-should-retry')).toBe('false');
  });

  it('speaks Chinese to those who ask for it', async () => {
    const answer = await fetch(`${world.gateway.url}/v1/models`, {
      headers: { authorization: 'Bearer sk-unknown', 'accept-language': 'zh-CN' },
    });
    expect(((await answer.json()) as { error: SdkError }).error.message).toMatch(/密钥/);
  });
});

describe('errors of the upstream', () => {
  it.each([
    [400, OpenAI.BadRequestError, 'unsupported_parameter'],
    [404, OpenAI.NotFoundError, 'model_not_found'],
    [422, OpenAI.UnprocessableEntityError, undefined],
  ])('passes on %i, which is the client’s', async (status, errorClass, code) => {
    const error = await failureOf(chat(simulate({ status })));
    expect(error).toBeInstanceOf(errorClass);
    expect(error.status).toBe(status);
    if (code !== undefined) expect(error.code).toBe(code);
    expect(error.headers?.get('x-should-retry')).toBe('false');
  });

  it.each([401, 402, 403])(
    'hides %i, which is the channel’s, so that no client drops its own key',
    async (status) => {
      const error = await failureOf(chat(simulate({ status })));
      expect(error.status).toBe(502);
      expect(error).toBeInstanceOf(OpenAI.InternalServerError);
      expect(error.code).toBe('upstream_credentials');
    },
  );

  it.each([500, 503])('passes on %i', async (status) => {
    const error = await failureOf(chat(simulate({ status })));
    expect(error.status).toBe(status);
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error.headers?.get('x-should-retry')).toBe('true');
  });

  it('turns the rate limit of every channel into 429 with a time to wait', async () => {
    const error = await failureOf(chat(simulate({ status: 429, 'retry-after': 2 })));
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error.code).toBe('upstream_rate_limited');
    expect(error.headers?.get('retry-after')).toMatch(/^[1-9]\d?$/);
    expect(Number(error.headers?.get('retry-after-ms'))).toBeGreaterThan(0);
  });

  it('answers 502 for HTML instead of JSON', async () => {
    const error = await failureOf(chat(simulate({ html: true })));
    expect(error.status).toBe(502);
    expect(error.code).toBe('bad_upstream_response');
  });

  it('answers 502 when nobody listens', async () => {
    await world.admin.createChannel({
      name: 'dead',
      baseUrl: 'http://127.0.0.1:9',
      models: 'gpt-4',
    });
    const error = await failureOf(chat({ model: 'gpt-4' }));
    expect(error.status).toBe(502);
    expect(error.code).toBe('upstream_unreachable');
    expect(error.message).not.toContain('127.0.0.1');
  });

  it('never charges for a failure', async () => {
    const before = await world.admin.getSelf();
    await failureOf(chat(simulate({ status: 500 })));
    await failureOf(chat({ stream: true, ...simulate({ status: 400 }) }));
    const after = await world.admin.getSelf();
    expect(after.used_quota).toBe(before.used_quota);
    expect(after.request_count).toBe(before.request_count);
  });
});

describe('the retry contract', () => {
  it('lets the SDK succeed after it obeyed retry-after-ms', async () => {
    const client = openSdk(world.gateway, world.token.key, 3);
    const failing = simulate({ status: 500, times: 1, run: 'sdk-retry' });
    const answer = await client.chat.completions.create({ ...hello, ...failing });
    expect(answer.choices[0]?.finish_reason).toBe('stop');
  });

  it('makes the SDK try once only where trying again is useless', async () => {
    const before = world.provider.requests.count;
    const client = openSdk(world.gateway, world.token.key, 3);
    await failureOf(chat(simulate({ status: 400 }), client));
    expect(world.provider.requests.count - before).toBe(1);
  });
});
