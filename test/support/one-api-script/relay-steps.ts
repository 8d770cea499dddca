import { expect } from '@jest/globals';
import { hello } from '../chat-requests.ts';
import { other, type Step } from './step.ts';

type Check = NonNullable<Step['check']>;

const refusedWith =
  (code?: string): Check =>
  ({ error }) => {
    expect(error).toMatchObject({ message: expect.any(String), ...(code && { code }) });
  };
const answers =
  (expected: object): Check =>
  (body) => {
    expect(body).toMatchObject(expected);
  };
const isStream: Check = (_body, _found, { text, headers }) => {
  expect(headers.get('content-type')).toContain('text/event-stream');
  const events = text.split('\n\n').filter(Boolean);
  expect(events.length).toBeGreaterThan(2);
  expect(events.at(-1)).toBe('data: [DONE]');
};
const post = (path: string, body: object, check: Check, status = 200): Step =>
  other('key', `POST ${path}`, status, { body, check });

const embedding = { model: 'text-embedding-3-small', input: 'hello' };

/** What is done with a key: models, chats, streams, other operations, and the balance behind it. */
export const relaySteps: readonly Step[] = [
  other('key', 'GET /v1/models', 200, { check: answers({ object: 'list' }) }),
  other('key', 'GET /v1/models/gpt-4o', 200, {
    check: answers({ id: 'gpt-4o', object: 'model', root: 'gpt-4o', parent: null }),
  }),
  // One API says so with 200; the code is the same.
  other('key', 'GET /v1/models/nobody-has-this', 404, { check: refusedWith('model_not_found') }),
  post('/v1/chat/completions', hello, answers({ object: 'chat.completion' })),
  post('/v1/chat/completions', { ...hello, stream: true }, isStream),
  post(
    '/v1/chat/completions',
    { ...hello, stream: true, stream_options: { include_usage: true } },
    (_body, _found, { text }) => {
      expect(text).toContain('"usage":{');
    },
  ),
  post('/v1/embeddings', embedding, answers({ object: 'list' })),
  post(
    `/v1/engines/${embedding.model}/embeddings`,
    { input: 'hello' },
    answers({ object: 'list' }),
  ),
  // One API says 503, also where no channel has ever had the model.
  post('/v1/chat/completions', { ...hello, model: 'nobody-has-this' }, refusedWith(), 404),
  post('/v1/chat/completions', { messages: [] }, refusedWith(), 400),
  other('key', 'POST /v1/chat/completions', 400, {
    body: '{"model":',
    check: refusedWith(),
  }),
  other('guest', 'POST /v1/chat/completions', 401, { body: hello, check: refusedWith() }),
  other('alice', 'GET /v1/models', 401, { check: refusedWith() }),
  other('key', 'GET /v1/nothing', 404, { check: refusedWith() }),
  ...['', '/v1'].flatMap((prefix) => [
    other('key', `GET ${prefix}/dashboard/billing/subscription`, 200, {
      check: answers({
        ...{ object: 'billing_subscription', has_payment_method: true, access_until: 0 },
        hard_limit_usd: 100_000_000,
      }),
    }),
    other('key', `GET ${prefix}/dashboard/billing/usage?start_date=2026-01-01`, 200, {
      check: answers({ object: 'list', total_usage: expect.any(Number) }),
    }),
    other('guest', `GET ${prefix}/dashboard/billing/usage`, 401, {
      check: refusedWith(),
    }),
  ]),
];
