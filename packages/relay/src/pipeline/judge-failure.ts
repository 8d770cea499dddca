import { classifyFailure, type FailedAttempt, type FailureClass } from '@turnpike/adaptors';
import type { RelayDeps } from '../relay-deps.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';

/** What a failure means, for the client, for the next attempt and for the channel. */
export function judgeFailure(
  deps: Pick<RelayDeps, 'cooldowns' | 'channelHealth' | 'logger'>,
  channel: RelayChannel,
  failure: FailedAttempt,
): FailureClass {
  const classified = classifyFailure(
    failure,
    { secret: channel.key(), baseUrl: channel.baseUrl },
    channel.provider?.dialect,
  );
  if (classified.kind === 'rate-limited')
    deps.cooldowns.noteRateLimit(channel.id, classified.retryAfterMs);
  else if (classified.isUpstreamDown) deps.cooldowns.noteFailure(channel.id);
  if (classified.disablesChannel) {
    deps.channelHealth.reportFatalError({
      channelId: channel.id,
      channelName: channel.name,
      reason: classified.message,
    });
  }
  deps.logger.warn(
    {
      channelId: channel.id,
      provider: channel.provider?.id,
      kind: classified.kind,
      status: classified.status,
      reason: classified.message,
      cause: classified.cause,
    },
    'upstream attempt failed',
  );
  return classified;
}
