import { GatewayError } from './gateway-error.ts';

/** What an upstream answered, made safe to show. */
export interface UpstreamAnswer {
  status: number;
  type: string;
  /** Empty: `upstream_error`. */
  code: string;
  message: string;
  param: string | null;
  retryable: boolean;
  retryAfterMs?: number | undefined;
}

/** The one error whose status and code are not in the catalogue: they are the upstream's own. */
export function passOnUpstreamAnswer(answer: UpstreamAnswer, options?: ErrorOptions): GatewayError {
  const { status, type, message, retryable, param, retryAfterMs } = answer;
  return new GatewayError(
    {
      code: answer.code === '' ? 'upstream_error' : answer.code,
      status,
      type: type === '' ? 'upstream_error' : type,
      retryable,
      message,
      messageZh: message,
      details: {
        ...(param !== null && { param }),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      },
    },
    options,
  );
}
