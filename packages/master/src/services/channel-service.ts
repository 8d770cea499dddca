import {
  channelStatuses,
  managementErrors,
  type Channel,
  type ChannelChange,
  type ChannelRepository,
  type NewChannel,
  type Page,
} from '@turnpike/core';
import type {
  ChannelCreateInput,
  ChannelListQueryInput,
  ChannelUpdateInput,
  SearchQueryInput,
} from '@turnpike/core/contract';
import type { ConfigPublisher } from '../publisher/publish-config.ts';
import type { Caller } from './caller.ts';
import { diffFields, type RecordAudit } from './record-audit.ts';
import { withOverride } from './param-override.ts';
import { toPageQuery, toSearchPage } from './to-page-query.ts';

/** Azure, Custom, OpenAI compatible: there is no address to fall back to. */
const TYPES_THAT_NEED_BASE_URL: ReadonlySet<number> = new Set([3, 8, 50]);

export interface ChannelServiceDeps {
  channels: ChannelRepository;
  publisher: ConfigPublisher;
  recordAudit: RecordAudit;
}

export type ChannelService = ReturnType<typeof createChannelService>;

const auditedFields = [
  'type',
  'status',
  'name',
  'weight',
  'baseUrl',
  'other',
  'models',
  'group',
  'modelMapping',
  'priority',
  'systemPrompt',
  'tag',
] as const;

/** The accounts at upstreams. A change is effective for the relays before a method resolves. */
export function createChannelService(deps: ChannelServiceDeps) {
  const { channels, publisher, recordAudit } = deps;

  return {
    list(input: ChannelListQueryInput): Promise<Page<Channel>> {
      const { keyword, status, type, group, model, tag } = input;
      const filter = {
        keyword,
        ...(status !== 0 && { status: [status] }),
        ...(type !== 0 && { type }),
        ...(group !== '' && { group }),
        ...(model !== '' && { model }),
        ...(tag !== '' && { tag }),
      };
      return channels.page(filter, toPageQuery(input));
    },

    /** An id, or a prefix of the name; oldest first. */
    search: (query: SearchQueryInput): Promise<Page<Channel>> =>
      channels.page({ keyword: query.keyword }, toSearchPage(query)),

    find: (id: number) => findChannel(channels, id),

    /** One channel for each key; all or none. @throws `invalid_parameter` */
    async create(input: ChannelCreateInput, actor: Caller): Promise<void> {
      const fields = withConfig(toNewFields(input), input, '');
      requireBaseUrl(fields.type ?? 0, fields.baseUrl ?? '');
      const keys = input.key.split('\n').map((line) => line.trim());
      const created = await channels.createMany(
        keys.filter((key) => key !== '').map((key) => ({ ...fields, key })),
      );
      for (const { id, name, type } of created)
        await recordAudit(actor, 'channel.create', id, { name, type });
      await publisher.publish();
    },

    /** Another channel with the same settings and key, and a history of its own. @throws `not_found` */
    async copy(id: number, actor: Caller): Promise<Channel> {
      const source = await findChannel(channels, id);
      const [copy] = await channels.createMany([
        { ...toCopied(source), name: `${source.name} (copy)` },
      ]);
      if (copy === undefined) throw notFound();
      await recordAudit(actor, 'channel.copy', copy.id, { from: id, name: copy.name });
      await publisher.publish();
      return copy;
    },

    /** Resolves to the number of channels. */
    async rebuildAbilities(actor: Caller): Promise<number> {
      const count = await channels.rebuildAbilities();
      await recordAudit(actor, 'channel.rebuild-abilities', '', { count });
      return count;
    },

    /** @throws `not_found`, `invalid_parameter` */
    async update(input: ChannelUpdateInput, actor: Caller): Promise<Channel> {
      const before = await findChannel(channels, input.id);
      const change = withConfig(toChange(input), input, before.config);
      if (change.type !== undefined || change.baseUrl !== undefined)
        requireBaseUrl(change.type ?? before.type, change.baseUrl ?? before.baseUrl ?? '');
      const after = await channels.update(input.id, change);
      if (after === undefined) throw notFound();
      await recordAudit(actor, 'channel.update', input.id, {
        ...diffFields(before, after, auditedFields),
        ...(before.key !== after.key && { key: 'changed' }),
        ...(before.config !== after.config && { config: 'changed' }), // may hold secrets
      });
      await publisher.publish();
      return after;
    },

    /** @throws `not_found` */
    async remove(id: number, actor: Caller): Promise<void> {
      const { name } = await findChannel(channels, id);
      if (!(await channels.remove(id))) throw notFound();
      await recordAudit(actor, 'channel.delete', id, { name });
      await publisher.publish();
    },

    /** Resolves to how many there were. */
    async removeDisabled(actor: Caller): Promise<number> {
      const count = await channels.removeDisabled();
      if (count > 0) {
        await recordAudit(actor, 'channel.delete-disabled', '', { count });
        await publisher.publish();
      }
      return count;
    },
  };
}

/** @throws `not_found` */
export async function findChannel(channels: ChannelRepository, id: number): Promise<Channel> {
  const channel = await channels.find(id);
  if (channel === undefined) throw notFound();
  return channel;
}

function toCopied(source: Channel): NewChannel {
  const { type, key, status, weight, baseUrl, other, models, group } = source;
  const { modelMapping, priority, config, systemPrompt, tag } = source;
  return {
    ...{ type, key, status, weight, baseUrl, other, models, group },
    ...{ modelMapping, priority, config, systemPrompt, tag },
  };
}

function notFound() {
  return managementErrors.notFound({ what: 'channel', whatZh: '渠道' });
}

function requireBaseUrl(type: number, baseUrl: string): void {
  if (TYPES_THAT_NEED_BASE_URL.has(type) && baseUrl === '')
    throw managementErrors.invalidParameter({
      param: 'base_url',
      reason: "'base_url' is required for this type of channel",
      reasonZh: "该类型的渠道必须填写 'base_url'",
    });
}

/** The fields that can be set to empty or 0: they are written whenever they are given. */
function toClearableFields(input: ChannelUpdateInput | ChannelCreateInput): ChannelChange {
  return {
    ...(isGiven(input.base_url) && { baseUrl: input.base_url.trim() }),
    ...(isGiven(input.other) && { other: input.other }),
    ...(isGiven(input.model_mapping) && { modelMapping: input.model_mapping.trim() }),
    ...(isGiven(input.tag) && { tag: input.tag.trim() }),
    ...(isGiven(input.system_prompt) && { systemPrompt: input.system_prompt }),
    ...(isGiven(input.weight) && { weight: input.weight }),
    ...(isGiven(input.priority) && { priority: input.priority }),
  };
}

/** The fields where empty and 0 mean "not given". */
function toPlainFields(input: ChannelUpdateInput | ChannelCreateInput): ChannelChange {
  return {
    ...(input.type && { type: input.type }),
    ...(input.status && { status: input.status }),
    ...(input.name && { name: input.name }),
    ...(input.models && { models: input.models }),
    ...(input.group && { group: input.group }),
    ...(input.config && { config: input.config }),
  };
}

function toNewFields(input: ChannelCreateInput): Omit<NewChannel, 'key'> {
  return {
    type: 0,
    status: channelStatuses.enabled,
    name: '',
    models: '',
    group: 'default',
    config: '',
    ...toPlainFields(input),
    ...toClearableFields(input),
  };
}

function toChange(input: ChannelUpdateInput): ChannelChange {
  const key = input.key?.trim();
  return { ...toPlainFields(input), ...toClearableFields(input), ...(key && { key }) };
}

/** Fields that New API has of its own are members of the config here. */
function withConfig<Fields extends ChannelChange>(
  fields: Fields,
  { param_override: override }: ChannelUpdateInput | ChannelCreateInput,
  before: string,
): Fields {
  if (!isGiven(override)) return fields;
  return { ...fields, config: withOverride(fields.config ?? before, override) };
}

function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== undefined && value !== null;
}
