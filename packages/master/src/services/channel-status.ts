import {
  channelStatuses,
  logTypes,
  type AuditLog,
  type ChannelRepository,
  type Clock,
  type Logger,
  type RequestLogRepository,
} from '@turnpike/core';
import type { Notifier } from '../notifications/notifier.ts';
import type { ConfigPublisher } from '../publisher/publish-config.ts';

export interface ChannelStatusDeps {
  channels: ChannelRepository;
  requestLogs: RequestLogRepository;
  auditLog: AuditLog;
  publisher: ConfigPublisher;
  notifier: Notifier;
  clock: Clock;
  logger: Logger;
}

export interface ChannelStatusChange {
  channelId: number;
  channelName: string;
  /** For administrators; free of secrets. */
  reason: string;
}

export type ChannelStatusSwitch = ReturnType<typeof createChannelStatusSwitch>;

/** Status changes that the system makes by itself. Each acts once, leaves traces, and is effective when it resolves. */
export function createChannelStatusSwitch(deps: ChannelStatusDeps) {
  async function change(
    { channelId, channelName, reason }: ChannelStatusChange,
    verb: 'disable' | 'enable',
    status: number,
    from: number,
  ): Promise<boolean> {
    if (!(await deps.channels.setStatus(channelId, status, [from]))) return false;
    deps.logger.warn({ channelId, channelName, reason }, `channel ${verb}d automatically`);
    await deps.publisher.publish();
    const at = deps.clock.now();
    await deps.requestLogs.add({
      type: logTypes.system,
      created_at: Math.floor(at / 1000),
      channel: channelId,
      content: `Channel '${channelName}' (#${String(channelId)}) was ${verb}d automatically: ${reason}`,
    });
    await deps.auditLog.record({
      at,
      userId: 0,
      username: '',
      action: `channel.auto-${verb}`,
      targetId: String(channelId),
      details: { name: channelName, reason },
      clientAddress: '',
    });
    await deps.notifier.tell({
      type: `channel.${verb}d`,
      data: { channel_id: channelId, channel_name: channelName, reason },
    });
    return true;
  }

  return {
    /** Only an enabled channel. Resolves to whether this call did it. */
    disable: (report: ChannelStatusChange) =>
      change(report, 'disable', channelStatuses.autoDisabled, channelStatuses.enabled),
    /** Only a channel that the system disabled, never one that a person did. */
    enable: (report: ChannelStatusChange) =>
      change(report, 'enable', channelStatuses.enabled, channelStatuses.autoDisabled),
  };
}
