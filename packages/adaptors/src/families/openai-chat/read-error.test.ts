import { describe, expect, it } from '@jest/globals';
import { readErrorValue, readRetryAfter, readUpstreamError } from './read-error.ts';

const read = (status: number, body: unknown, headers = {}) =>
  readUpstreamError(
    status,
    headers,
    Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    { nowMs: 0 },
  );

describe('readUpstreamError', () => {
  it.each<[string, number, unknown, object]>([
    [
      "OpenAI's",
      401,
      {
        error: {
          message: 'Incorrect',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_api_key',
        },
      },
      { message: 'Incorrect', type: 'invalid_request_error', param: null, code: 'invalid_api_key' },
    ],
    [
      'an array (Gemini)',
      400,
      [{ error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT' } }],
      { message: 'API key not valid.', type: 'INVALID_ARGUMENT', code: '400' },
    ],
    [
      'an error text',
      400,
      { error: 'no such model' },
      { message: 'no such model', code: 'bad_response_status_code' },
    ],
    [
      'an error text with a code (xAI)',
      403,
      { code: 'perm', error: 'no' },
      { message: 'no', code: 'perm' },
    ],
    [
      'message',
      503,
      { code: 50505, message: 'busy', data: null },
      { message: 'busy', code: '50505' },
    ],
    [
      'Novita',
      401,
      { code: 401, reason: 'INVALID_API_KEY', message: 'bad key' },
      { message: 'bad key', code: '401' },
    ],
    ['msg', 500, { msg: 'm' }, { message: 'm' }],
    ['err', 500, { err: 'm' }, { message: 'm' }],
    ['error_msg', 500, { error_msg: 'm' }, { message: 'm' }],
    ['detail', 422, { detail: 'm' }, { message: 'm' }],
    ['a list of details', 422, { detail: [{ loc: ['body'], msg: 'm' }] }, { message: 'm' }],
    [
      'a message that is an object (Mistral)',
      422,
      {
        object: 'error',
        message: { detail: [{ msg: 'Extra inputs are not permitted' }] },
        type: 'invalid_request_error',
      },
      { message: 'Extra inputs are not permitted', type: 'invalid_request_error' },
    ],
    ['a header', 500, { header: { code: 10013, message: 'm' } }, { message: 'm', code: '10013' }],
    [
      'response.error',
      500,
      { response: { error: { message: 'm', code: 'c' } } },
      { message: 'm', code: 'c' },
    ],
    ['Response.Error', 500, { Response: { Error: { Message: 'm' } } }, { message: 'm' }],
    ['errors', 500, { errors: [{ message: 'm' }] }, { message: 'm' }],
    [
      'base_resp (MiniMax)',
      500,
      { base_resp: { status_code: 1004, status_msg: 'm' } },
      { message: 'm', code: '1004' },
    ],
    ['a bare JSON string (SiliconFlow)', 401, '"Invalid token"', { message: 'Invalid token' }],
    [
      'plain text',
      429,
      'TPM limit reached.',
      { message: 'TPM limit reached.', isUnreadable: true },
    ],
    [
      'plain text of a proxy',
      503,
      'upstream connect error',
      { message: 'bad response status code 503', isUnreadable: true },
    ],
    [
      'HTML',
      502,
      '<html><body>Bad gateway</body></html>',
      { message: 'bad response status code 502', isUnreadable: true },
    ],
    ['nothing', 500, '', { message: 'bad response status code 500', isUnreadable: true }],
    [
      'an object without an error',
      500,
      { ok: false },
      { message: 'bad response status code 500', isUnreadable: true },
    ],
    [
      'an empty message',
      500,
      { error: { message: '' } },
      { message: 'bad response status code 500' },
    ],
    ['a param that is no text', 400, { error: { message: 'm', param: { a: 1 } } }, { param: null }],
    [
      'statusText (FastGPT)',
      500,
      { code: 514, statusText: 'unAuthApiKey', message: 'm' },
      { code: 'unAuthApiKey' },
    ],
  ])('reads %s', (_title, status, body, expected) => {
    expect(read(status, body)).toMatchObject({ status, ...expected });
  });

  it('cuts a message that is a whole page', () => {
    expect(read(400, 'x'.repeat(10_000)).message).toHaveLength(2001);
  });

  it("gives a vendor's own code the status it stands for", () => {
    const body = { base_resp: { status_code: 1008, status_msg: 'insufficient balance' } };
    const dialect = { streamUsage: 'always' as const, statusOfCode: { '1008': 402 } };

    expect(readErrorValue(body, 200, dialect)).toMatchObject({ status: 402, code: '1008' });
  });

  it.each([
    [{ error: { code: 429, message: 'm' } }, 429],
    [{ error: { code: 'insufficient_quota', message: 'm' } }, 429],
    [{ error: { type: 'authentication_error', message: 'm' } }, 401],
    [{ error: { message: 'Overloaded' } }, 503],
    [{ error: { message: 'timeout while reading' } }, 504],
    [{ error: { code: 'context_length_exceeded', message: 'm' } }, 400],
    [{ error: { message: 'm' } }, 500],
  ])('guesses the status of %j, which came with 200', (body, status) => {
    expect(readErrorValue(body, 200)).toMatchObject({ status });
  });

  it("reads how long to wait, from headers or from Google's details", () => {
    const details = [{ '@type': 'x' }, { retryDelay: '34.5s' }];

    expect(read(429, { error: { message: 'm' } }, { 'retry-after': '7' }).retryAfterMs).toBe(7000);
    expect(read(429, { error: { message: 'm', details } }).retryAfterMs).toBe(34_500);
    expect(read(429, { error: { message: 'm' } })).not.toHaveProperty('retryAfterMs');
  });
});

describe('readRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it.each([
    [{ 'retry-after-ms': '1500.2', 'retry-after': '9' }, 1501],
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': ['3', '4'] }, 3000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 5000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{}, undefined],
  ])('reads %j as %s ms', (headers, expected) => {
    expect(readRetryAfter(headers, now)).toBe(expected);
  });
});
