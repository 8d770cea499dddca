import { describe, expect, it } from '@jest/globals';
import { errors, type GatewayError } from '@turnpike/core';
import { encodeResponsesStreamError } from '../openai-responses/encode-stream-error.ts';
import { encodeError, encodeStreamError } from './encode-error.ts';

const context = { requestId: 'r-1', isChinese: false };

function headersOf(error: GatewayError): Record<string, string> {
  const { headers } = encodeError(error, context);
  const pairs: [string, string][] = [];
  for (let at = 0; at < headers.length; at += 2) pairs.push([headers[at]!, headers[at + 1]!]);
  return Object.fromEntries(pairs);
}

describe('encodeError', () => {
  it('answers in the shape of the door, with the id to ask about', () => {
    const { status, body } = encodeError(
      errors.invalidRequest({ reason: 'No.', param: 'n' }),
      context,
    );

    expect(status).toBe(400);
    expect(JSON.parse(body.toString())).toEqual({
      error: {
        message: 'No. (request id: r-1)',
        type: 'invalid_request_error',
        param: 'n',
        code: 'invalid_request',
      },
    });
  });

  it('names no parameter where none is at fault, and speaks Chinese to who asks for it', () => {
    const { body } = encodeError(errors.keyExpired(), { ...context, isChinese: true });
    const { error } = JSON.parse(body.toString()) as { error: { message: string; param: null } };

    expect(error.param).toBeNull();
    expect(error.message).toContain('已过期');
  });

  it('says whether to try again, and when', () => {
    expect(headersOf(errors.keyExpired())).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'x-should-retry': 'false',
    });
    expect(headersOf(errors.rateLimitExceeded({ retryAfterMs: 1500 }))).toMatchObject({
      'x-should-retry': 'true',
      'retry-after': '2',
      'retry-after-ms': '1500',
    });
    expect(headersOf(errors.notReady())).toMatchObject({ 'retry-after': '1' });
    expect(
      headersOf(errors.upstreamRateLimited({ model: 'm', retryAfterMs: 3_600_000 })),
    ).toMatchObject({
      'retry-after': '60',
      'retry-after-ms': '60000',
    });
    expect(headersOf(errors.upstreamTimeout())).not.toHaveProperty('retry-after');
  });
});

describe('errors inside streams', () => {
  it('are one event, without a terminal marker', () => {
    const text = encodeStreamError(errors.upstreamFailed({ reason: 'Gone.' }), context).toString();

    expect(text).toBe(
      'data: {"error":{"message":"Gone. (request id: r-1)","type":"upstream_error","param":null,"code":"upstream_error"}}\n\n',
    );
  });

  it('are flat and nested on the Responses door, and fail the response', () => {
    const text = encodeResponsesStreamError(errors.upstreamTimeout(), context).toString();
    const [error, failed] = text.split('\n\n').map((frame) => frame.split('\ndata: '));

    expect(error?.[0]).toBe('event: error');
    expect(JSON.parse(error![1]!)).toMatchObject({
      type: 'error',
      code: 'upstream_timeout',
      error: { code: 'upstream_timeout', type: 'upstream_error' },
    });
    expect(failed?.[0]).toBe('event: response.failed');
    expect(JSON.parse(failed![1]!)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'upstream_timeout' }, output: [] },
    });
  });
});
