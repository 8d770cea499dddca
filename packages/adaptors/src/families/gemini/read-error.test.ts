import { describe, expect, it } from '@jest/globals';
import { classifyFailure } from '../openai-chat/classify-failure.ts';
import { hasRecorded, readRecorded } from '../testing/recorded.ts';
import { readGeminiError } from './read-error.ts';

const dialect = { streamUsage: 'always' } as const;

function read(status: number, error: object, wrap = false) {
  const body = wrap ? [{ error }] : { error };
  return readGeminiError(status, {}, Buffer.from(JSON.stringify(body)), dialect);
}

describe('readGeminiError', () => {
  it.each([
    ['API_KEY_INVALID', 400, 'credentials'],
    ['SERVICE_DISABLED', 403, 'credentials'],
  ])('takes %s with %d for the trouble of the channel', (reason, status, kind) => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }];
    const error = read(status, { code: status, message: 'no', status: 'X', details }, true);

    expect(error.code).toBe(reason);
    expect(classifyFailure({ kind: 'refused', error }, {}).kind).toBe(kind);
  });

  it('tries another channel where this one stands in the wrong country', () => {
    const error = read(400, {
      code: 400,
      message: 'User location is not supported for the API use.',
      status: 'FAILED_PRECONDITION',
    });

    expect(classifyFailure({ kind: 'refused', error }, {})).toMatchObject({ isRetryable: true });
  });

  it('names the field that the client got wrong', () => {
    const details = [{ fieldViolations: [{ field: 'contents[0].parts', description: 'empty' }] }];
    const error = read(400, { code: 400, message: 'bad', status: 'INVALID_ARGUMENT', details });

    expect(error).toMatchObject({
      status: 400,
      type: 'INVALID_ARGUMENT',
      param: 'contents[0].parts',
    });
    expect(classifyFailure({ kind: 'refused', error }, {}).kind).toBe('client');
  });

  (hasRecorded ? it : it.skip)('reads how long to wait from a recorded refusal', () => {
    const body = readRecorded('google/google-429-retry-info.json');
    const error = readGeminiError(429, {}, body, dialect);

    expect(error).toMatchObject({ status: 429, type: 'RESOURCE_EXHAUSTED', retryAfterMs: 34_400 });
  });
});
