import { describe, expect, it } from '@jest/globals';
import {
  errors,
  families,
  passOnUpstreamAnswer,
  type Family,
  type GatewayError,
} from '@turnpike/core';
import { findClientCodec } from './index.ts';

const context = { requestId: 'r1', isChinese: false };

/** What the gateway says, and what each door makes of it: status, type, and OpenAI's code. */
interface Row {
  kind: string;
  error: GatewayError;
  openai: [status: number, type: string, code: string];
  anthropic: [status: number, type: string];
  gemini: [status: number, word: string];
}

const upstream = (status: number, type: string, code = ''): GatewayError =>
  passOnUpstreamAnswer({ status, type, code, message: 'm', param: null, retryable: status >= 500 });
const own = 'invalid_request_error';

const rows: readonly Row[] = [
  {
    kind: 'invalid_request',
    error: errors.invalidRequest({ reason: 'm', param: 'n' }),
    openai: [400, own, 'invalid_request'],
    anthropic: [400, 'invalid_request_error'],
    gemini: [400, 'INVALID_ARGUMENT'],
  },
  {
    kind: 'authentication',
    error: errors.keyUnknown(),
    openai: [401, own, 'invalid_api_key'],
    anthropic: [401, 'authentication_error'],
    gemini: [401, 'UNAUTHENTICATED'],
  },
  {
    kind: 'billing',
    error: errors.userQuotaExhausted({ needed: 2, available: 1 }),
    openai: [403, 'insufficient_quota', 'insufficient_user_quota'],
    anthropic: [403, 'billing_error'],
    gemini: [403, 'RESOURCE_EXHAUSTED'],
  },
  {
    kind: 'quota of a day',
    error: errors.budgetExhausted({ scope: 'user', period: 'day' }),
    openai: [429, 'insufficient_quota', 'budget_exhausted'],
    anthropic: [429, 'rate_limit_error'],
    gemini: [429, 'RESOURCE_EXHAUSTED'],
  },
  {
    kind: 'permission',
    error: errors.modelNotAllowed({ model: 'm' }),
    openai: [403, 'permission_error', 'model_not_allowed'],
    anthropic: [403, 'permission_error'],
    gemini: [403, 'PERMISSION_DENIED'],
  },
  {
    kind: 'not_found',
    error: errors.modelNotFound({ model: 'm', group: 'g' }),
    openai: [404, own, 'model_not_found'],
    anthropic: [404, 'not_found_error'],
    gemini: [404, 'NOT_FOUND'],
  },
  {
    kind: 'conflict',
    error: upstream(409, 'conflict_error', 'busy'),
    openai: [409, 'conflict_error', 'busy'],
    anthropic: [409, 'conflict_error'],
    gemini: [409, 'ABORTED'],
  },
  {
    kind: 'too_large',
    error: errors.requestTooLarge({ limit: '32 MiB' }),
    openai: [413, own, 'request_too_large'],
    anthropic: [413, 'request_too_large'],
    gemini: [413, 'INVALID_ARGUMENT'],
  },
  {
    kind: 'unprocessable',
    error: upstream(422, own, 'bad_value'),
    openai: [422, own, 'bad_value'],
    anthropic: [422, 'invalid_request_error'],
    gemini: [422, 'INVALID_ARGUMENT'],
  },
  {
    kind: 'rate_limit',
    error: errors.rateLimitExceeded({ limit: 3 }),
    openai: [429, 'rate_limit_error', 'rate_limit_exceeded'],
    anthropic: [429, 'rate_limit_error'],
    gemini: [429, 'RESOURCE_EXHAUSTED'],
  },
  {
    kind: 'content_filter',
    error: upstream(400, own, 'content_filter'),
    openai: [400, own, 'content_filter'],
    anthropic: [400, 'invalid_request_error'],
    gemini: [400, 'INVALID_ARGUMENT'],
  },
  {
    kind: 'server',
    error: errors.internalError(),
    openai: [500, 'server_error', 'internal_error'],
    anthropic: [500, 'api_error'],
    gemini: [500, 'INTERNAL'],
  },
  {
    kind: 'upstream',
    error: errors.upstreamUnreachable(),
    openai: [502, 'upstream_error', 'upstream_unreachable'],
    anthropic: [502, 'api_error'],
    gemini: [502, 'UNAVAILABLE'],
  },
  {
    kind: 'overloaded',
    error: errors.noChannelAvailable({ model: 'm' }),
    openai: [503, 'overloaded_error', 'no_channel_available'],
    anthropic: [529, 'overloaded_error'],
    gemini: [503, 'UNAVAILABLE'],
  },
  {
    kind: 'timeout',
    error: errors.upstreamTimeout(),
    openai: [504, 'upstream_error', 'upstream_timeout'],
    anthropic: [504, 'timeout_error'],
    gemini: [504, 'DEADLINE_EXCEEDED'],
  },
];

type Door = 'openai' | 'anthropic' | 'gemini';
const doorOf = (family: Family): Door =>
  family === 'anthropic' || family === 'gemini' ? family : 'openai';

/** The body that a door gives an error. */
function bodyOf(family: Family, { error, ...row }: Row): object {
  const { param = null } = error.details;
  const message = `${error.message} (request id: r1)`;
  switch (doorOf(family)) {
    case 'openai':
      return { error: { message, type: row.openai[1], param, code: row.openai[2] } };
    case 'anthropic':
      return { type: 'error', error: { type: row.anthropic[1], message }, request_id: 'r1' };
    case 'gemini': {
      const [code, status] = row.gemini;
      return { error: { code, message, status, details: expect.any(Array) } };
    }
  }
}

/** The frames that end a stream: event name, and data. */
function framesOf(
  family: Family,
  error: GatewayError,
): [name: string | undefined, data: unknown][] {
  const text = findClientCodec(family)!.encodeStreamError(error, context).toString();
  expect(text).toMatch(/\n\n$/);
  const frames = text.trimEnd().split('\n\n');
  return frames.map((frame) => {
    const [, name, data] = /^(?:event: (.*)\n)?data: (.*)$/.exec(frame)!;
    return [name, JSON.parse(data!) as unknown];
  });
}

const cells = rows.flatMap((row) => families.map((family) => ({ kind: row.kind, family, row })));

describe.each(cells)('$kind at the door of $family', ({ family, row }) => {
  it('is a status and a body before the stream', () => {
    const { status, body, headers } = findClientCodec(family)!.encodeError(row.error, context);
    expect(status).toBe(row[doorOf(family)][0]);
    expect(JSON.parse(body.toString())).toEqual(bodyOf(family, row));
    expect(headers[headers.indexOf('x-should-retry') + 1]).toBe(String(row.error.retryable));
  });

  it('is an event inside it, and no end of a good answer', () => {
    const frames = framesOf(family, row.error);
    const body = bodyOf(family, row) as { error: Record<string, unknown> };
    if (family !== 'openai-responses') {
      expect(frames).toEqual([[family === 'anthropic' ? 'error' : undefined, body]]);
      return;
    }
    const { type, ...flat } = body.error;
    expect(frames).toEqual([
      ['error', { type: 'error', ...flat, error: { type, ...flat } }],
      ['response.failed', expect.objectContaining({ type: 'response.failed' })],
    ]);
    expect(frames[1]![1]).toMatchObject({
      response: { status: 'failed', error: { code: flat['code'], message: flat['message'] } },
    });
  });
});
