import { describe, expect, it } from '@jest/globals';
import { errors, passOnUpstreamAnswer, type GatewayError } from '@turnpike/core';
import { encodeMessagesError, encodeMessagesStreamError } from './encode-error.ts';
import { readMessagesError } from './read-error.ts';

const context = { requestId: 'r1', isChinese: false };
const dialect = { streamUsage: 'always' } as const;

const upstream = (status: number, code: string, message: string): GatewayError =>
  passOnUpstreamAnswer({ status, type: 'x', code, message, param: null, retryable: false });

describe('errors for clients of the Messages API', () => {
  it.each<[string, GatewayError, number, string]>([
    [
      'a bad request',
      errors.invalidRequest({ param: 'p', reason: 'r', reasonZh: 'r' }),
      400,
      'invalid_request_error',
    ],
    ['a bad key', errors.keyUnknown(), 401, 'authentication_error'],
    ['no channel', errors.noChannelAvailable({ model: 'm' }), 529, 'overloaded_error'],
    ['an empty purse', errors.userQuotaExhausted(), 403, 'billing_error'],
    ['a time-out', errors.upstreamTimeout(), 504, 'timeout_error'],
    ['a broken upstream', errors.badUpstreamResponse(), 502, 'api_error'],
  ])('say %s in its words', (_title, error, status, type) => {
    const encoded = encodeMessagesError(error, context);
    expect(encoded.status).toBe(status);
    expect(JSON.parse(encoded.body.toString())).toEqual({
      type: 'error',
      error: { type, message: expect.stringContaining('(request id: r1)') },
      request_id: 'r1',
    });
    expect(encoded.headers).toContain('x-should-retry');
  });

  it('begin with the words by which Claude Code knows that its prompt is too long', () => {
    const messageOf = (error: GatewayError): string =>
      (
        JSON.parse(encodeMessagesError(error, context).body.toString()) as {
          error: { message: string };
        }
      ).error.message;
    const openAi = upstream(400, 'context_length_exceeded', 'Your input exceeds the limit.');
    expect(messageOf(openAi)).toMatch(/^prompt is too long: Your input/);
    const own = upstream(400, '', 'prompt is too long: 210000 tokens > 200000 maximum');
    expect(messageOf(own)).toMatch(/^prompt is too long: 210000/);
    expect(messageOf(upstream(400, '', 'something else'))).not.toContain('too long');
  });

  it('are an event inside a stream', () => {
    const text = encodeMessagesStreamError(errors.upstreamTimeout(), context).toString();
    expect(text).toMatch(
      /^event: error\ndata: \{"type":"error","error":\{"type":"timeout_error",.*\n\n$/,
    );
  });
});

describe('errors of upstreams of the Messages API', () => {
  it.each([
    [
      'Anthropic',
      529,
      {},
      { type: 'error', error: { type: 'overloaded_error', message: 'm' } },
      529,
      'overloaded_error',
    ],
    [
      'Bedrock',
      400,
      { 'x-amzn-errortype': 'ThrottlingException:http://x/' },
      { message: 'm' },
      429,
      'ThrottlingException',
    ],
    [
      'Google',
      403,
      {},
      { error: { code: 403, message: 'm', status: 'PERMISSION_DENIED' } },
      403,
      '403',
    ],
  ])('are read as %s writes them', (_title, status, headers, body, expected, code) => {
    const error = readMessagesError(status, headers, Buffer.from(JSON.stringify(body)), dialect);
    expect(error).toMatchObject({ status: expected, message: 'm', code });
  });

  it('say how long to wait', () => {
    const body = Buffer.from('{"type":"error","error":{"type":"rate_limit_error","message":"m"}}');
    expect(readMessagesError(429, { 'retry-after': '7' }, body, dialect).retryAfterMs).toBe(7000);
  });
});
