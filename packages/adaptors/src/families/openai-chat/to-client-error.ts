import { errors, passOnUpstreamAnswer, type GatewayError } from '@turnpike/core';
import type { FailureClass } from './classify-failure.ts';

/**
 * What the client is told when all attempts failed: the last failure, but the channel's own troubles never as if they
 * were the client's.
 *
 * @param failures of all attempts, in order; empty when no channel could be tried
 */
export function toClientError(model: string, failures: readonly FailureClass[]): GatewayError {
  const last = failures.findLast(({ kind }) => kind !== 'unsupported') ?? failures.at(-1);
  switch (last?.kind) {
    case undefined:
      return errors.noChannelAvailable({ model });
    case 'unsupported':
      return errors.noChannelAvailable({ model });
    case 'credentials':
      return errors.upstreamCredentials();
    case 'rate-limited':
      return errors.upstreamRateLimited({ model, ...shortestWait(failures) });
    case 'unreadable':
      return errors.badUpstreamResponse();
    case 'unreachable':
      return errors.upstreamUnreachable();
    case 'timeout':
      return errors.upstreamTimeout();
    case 'upstream':
      return last.status < 500
        ? errors.upstreamFailed({ reason: last.message })
        : passOnUpstreamAnswer({ ...last, retryable: true });
    case 'client':
    case 'model-missing':
      return passOnUpstreamAnswer({ ...last, retryable: false });
  }
}

function shortestWait(failures: readonly FailureClass[]): { retryAfterMs?: number } {
  const waits = failures.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return waits.length === 0 ? {} : { retryAfterMs: Math.min(...waits) };
}
