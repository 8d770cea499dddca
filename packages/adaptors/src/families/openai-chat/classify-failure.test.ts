import { describe, expect, it } from '@jest/globals';
import type { UpstreamError } from '../../codec.ts';
import { classifyFailure, type FailureKind } from './classify-failure.ts';
import { toClientError } from './to-client-error.ts';

function refused(fields: Partial<UpstreamError>): { kind: 'refused'; error: UpstreamError } {
  const error = { status: 400, message: 'm', type: '', code: '', param: null, isUnreadable: false };
  return { kind: 'refused', error: { ...error, ...fields } };
}

const classify = (fields: Partial<UpstreamError>) => classifyFailure(refused(fields), {});

describe('classifyFailure', () => {
  it.each<[Partial<UpstreamError>, FailureKind, disables: boolean]>([
    [{ status: 400 }, 'client', false],
    [{ status: 400, code: 'context_length_exceeded' }, 'client', false],
    [{ status: 400, message: 'Your prompt says: my balance is low' }, 'client', false],
    [
      { status: 400, message: 'API key not valid. Please pass a valid API key.' },
      'credentials',
      true,
    ],
    [{ status: 404, code: 'model_not_found' }, 'model-missing', false],
    [{ status: 404, code: 'DeploymentNotFound' }, 'model-missing', false],
    [{ status: 404, message: 'no such file' }, 'client', false],
    [{ status: 413 }, 'client', false],
    [{ status: 422, message: 'permission denied, it says' }, 'client', false],
    [{ status: 401 }, 'credentials', true],
    [{ status: 402, message: 'Insufficient Balance' }, 'credentials', true],
    [{ status: 403 }, 'credentials', false],
    [{ status: 403, type: 'permission_error' }, 'credentials', true],
    [{ status: 403, message: 'Your account balance is insufficient' }, 'credentials', true],
    [{ status: 403, message: 'Input was flagged', type: 'moderation' }, 'client', false],
    [{ status: 429 }, 'rate-limited', false],
    [{ status: 429, code: 'insufficient_quota' }, 'credentials', true],
    [
      { status: 429, message: 'Insufficient account balance, please recharge' },
      'credentials',
      true,
    ],
    [{ status: 500, message: 'load balancer error' }, 'upstream', false],
    [{ status: 503, message: 'credit where credit is due' }, 'upstream', false],
    [{ status: 500, code: 'account_deactivated' }, 'credentials', true],
    [{ status: 529 }, 'upstream', false],
    [{ status: 408 }, 'upstream', false],
    [{ status: 498 }, 'upstream', false],
    [{ status: 302 }, 'upstream', false],
    [{ status: 429, message: 'the load balancer is busy' }, 'rate-limited', false],
  ])('takes %j for %s', (fields, kind, disables) => {
    const failure = classify(fields);

    expect(failure).toMatchObject({ kind, disablesChannel: disables });
    expect(failure.isRetryable).toBe(kind !== 'client');
    expect(failure.isUpstreamDown).toBe(kind === 'upstream');
  });

  it("goes by a vendor's own words where its dialect has them", () => {
    const dialect = {
      streamUsage: 'always' as const,
      disablingCodes: ['1113'],
      passingCodes: ['insufficient_quota'],
    };
    const of = (code: string) => classifyFailure(refused({ status: 429, code }), {}, dialect);

    expect(of('1113').disablesChannel).toBe(true);
    expect(of('insufficient_quota')).toMatchObject({
      kind: 'rate-limited',
      disablesChannel: false,
    });
  });

  it.each([
    [{ kind: 'transport', transport: 'timeout' } as const, 'timeout', true],
    [{ kind: 'transport', transport: 'unreachable' } as const, 'unreachable', true],
    [{ kind: 'transport', transport: 'cut' } as const, 'unreachable', true],
    [{ kind: 'unreadable' } as const, 'unreadable', true],
    [{ kind: 'unsupported' } as const, 'unsupported', false],
  ])('lets another channel try after %j', (failure, kind, isDown) => {
    expect(classifyFailure(failure, {})).toMatchObject({
      kind,
      isRetryable: true,
      isUpstreamDown: isDown,
      disablesChannel: false,
    });
  });

  it('says nothing confidential', () => {
    const failure = classifyFailure(
      refused({ status: 500, message: 'key abc|secretpart failed at https://host.example/x' }),
      { secret: 'abc|secretpart' },
    );

    expect(failure.message).toBe('key [redacted] failed at [address removed]');
  });
});

describe('toClientError', () => {
  const after = (fields: Partial<UpstreamError>) => toClientError('m', [classify(fields)]);

  it.each<[Partial<UpstreamError>, number, string, string, boolean]>([
    [{ status: 400, type: 't', code: 'c' }, 400, 't', 'c', false],
    [
      { status: 404, type: 'invalid_request_error', code: 'model_not_found' },
      404,
      'invalid_request_error',
      'model_not_found',
      false,
    ],
    [{ status: 404, type: 't', code: 'c' }, 404, 't', 'c', false],
    [
      { status: 403, type: 'moderation', code: '403' },
      400,
      'invalid_request_error',
      'content_filter',
      false,
    ],
    [{ status: 401 }, 502, 'upstream_error', 'upstream_credentials', false],
    [{ status: 402 }, 502, 'upstream_error', 'upstream_credentials', false],
    [{ status: 403 }, 502, 'upstream_error', 'upstream_credentials', false],
    [{ status: 429 }, 429, 'rate_limit_error', 'upstream_rate_limited', true],
    [{ status: 500, type: 'server_error' }, 500, 'server_error', 'upstream_error', true],
    [{ status: 503, type: 't', code: 'c' }, 503, 't', 'c', true],
    [{ status: 408 }, 502, 'upstream_error', 'upstream_error', true],
  ])('tells the client of %j as its own table says', (fields, status, type, code, retryable) => {
    expect(after(fields)).toMatchObject({ status, type, code, retryable });
  });

  it('keeps the parameter that the upstream named', () => {
    expect(after({ status: 400, param: 'temperature' }).details.param).toBe('temperature');
  });

  it.each([
    [[], 'no_channel_available'],
    [[{ kind: 'unsupported' } as const], 'no_channel_available'],
    [[{ kind: 'unreadable' } as const], 'bad_upstream_response'],
    [[{ kind: 'transport', transport: 'timeout' } as const], 'upstream_timeout'],
    [[{ kind: 'transport', transport: 'cut' } as const], 'upstream_unreachable'],
    [[refused({ status: 400, code: 'c' }), { kind: 'unsupported' } as const], 'c'],
  ])('sums %j up as %s', (failures, code) => {
    expect(
      toClientError(
        'm',
        failures.map((one) => classifyFailure(one, {})),
      ).code,
    ).toBe(code);
  });

  it('passes on the shortest wait that any channel asked for', () => {
    const failures = [3000, 1000, 2000].map((retryAfterMs) =>
      classify({ status: 429, retryAfterMs }),
    );

    expect(toClientError('m', failures).details.retryAfterMs).toBe(1000);
  });
});
