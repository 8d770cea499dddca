import {
  channelStatuses,
  type Channel,
  type ChannelChange,
  type ChannelRepository,
} from '@turnpike/core';
import type { ChannelTagUpdateInput } from '@turnpike/core/contract';
import type { ConfigPublisher } from '../publisher/publish-config.ts';
import type { Caller } from './caller.ts';
import type { RecordAudit } from './record-audit.ts';

/** More channels than this are changed, but their old values not noted. */
const MOST_NOTED = 1000;

export interface ChannelBatchServiceDeps {
  channels: ChannelRepository;
  publisher: ConfigPublisher;
  recordAudit: RecordAudit;
}

export type ChannelBatchService = ReturnType<typeof createChannelBatchService>;

type Selection = Parameters<ChannelRepository['updateMany']>[0];

/** Many channels in one transaction; effective for the relays before a method resolves to how many there were. */
export function createChannelBatchService(deps: ChannelBatchServiceDeps) {
  const { channels, publisher, recordAudit } = deps;

  async function update(
    selection: Selection,
    change: ChannelChange,
    actor: Caller,
  ): Promise<number> {
    const before = await channels.list({ ...selection, offset: 0, limit: MOST_NOTED });
    const ids = await channels.updateMany(selection, change);
    if (ids.length === 0) return 0;
    const target = 'tag' in selection ? selection.tag : '';
    const from = before.map((channel) => ({ id: channel.id, ...pick(channel, change) }));
    await recordAudit(actor, 'channel.update-many', target, { ids, from, to: change });
    await publisher.publish();
    return ids.length;
  }

  return {
    setStatus: (ids: readonly number[], status: number, actor: Caller) =>
      update({ ids }, { status }, actor),

    setTag: (ids: readonly number[], tag: string | null, actor: Caller) =>
      update({ ids }, { tag: tag?.trim() ?? '' }, actor),

    setPriority: (
      {
        ids,
        priority,
        weight,
      }: { ids: readonly number[]; priority?: number | undefined; weight?: number | undefined },
      actor: Caller,
    ) =>
      update(
        { ids },
        { ...(priority !== undefined && { priority }), ...(weight !== undefined && { weight }) },
        actor,
      ),

    setTagStatus: (tag: string, isEnabled: boolean, actor: Caller) =>
      update(
        { tag: tag.trim() },
        { status: isEnabled ? channelStatuses.enabled : channelStatuses.manuallyDisabled },
        actor,
      ),

    updateTag: (input: ChannelTagUpdateInput, actor: Caller) =>
      update({ tag: input.tag.trim() }, toChange(input), actor),

    async remove(ids: readonly number[], actor: Caller): Promise<number> {
      const removed = await channels.removeMany(ids);
      if (removed.length === 0) return 0;
      await recordAudit(actor, 'channel.delete-many', '', { ids: removed });
      await publisher.publish();
      return removed.length;
    },
  };
}

/** The old values of what changes. */
function pick(channel: Channel, change: ChannelChange): Partial<Channel> {
  const names = Object.keys(change) as (keyof ChannelChange)[];
  return Object.fromEntries(names.map((name) => [name, channel[name]]));
}

function toChange(input: ChannelTagUpdateInput): ChannelChange {
  const { new_tag: tag, models, groups, model_mapping: mapping, priority, weight } = input;
  return {
    ...(typeof tag === 'string' && { tag: tag.trim() }),
    ...(models && { models }),
    ...(groups && { group: groups }),
    ...(typeof mapping === 'string' && { modelMapping: mapping.trim() }),
    ...(typeof priority === 'number' && { priority }),
    ...(typeof weight === 'number' && { weight }),
  };
}
