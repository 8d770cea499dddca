import {
  channelStatuses,
  type Channel,
  type ChannelFilter,
  type ChannelRepository,
} from '@turnpike/core';
import { pageRows } from './page-rows.ts';

export interface InMemoryChannels extends ChannelRepository {
  rows: Map<number, Channel>;
  /** Grows with each change of configuration. */
  version: number;
}

export function createInMemoryChannels(): InMemoryChannels {
  const rows = new Map<number, Channel>();
  const disabled: number[] = [channelStatuses.manuallyDisabled, channelStatuses.autoDisabled];
  const find = ({ keyword = '', status, ids, type, group, model, tag }: ChannelFilter): Channel[] =>
    [...rows.values()]
      .filter((row) => row.name.startsWith(keyword) || String(row.id) === keyword)
      .filter((row) => status === undefined || status.includes(row.status))
      .filter((row) => ids === undefined || ids.includes(row.id))
      .filter((row) => type === undefined || row.type === type)
      .filter((row) => group === undefined || row.group.split(',').includes(group))
      .filter((row) => model === undefined || row.models.split(',').includes(model))
      .filter((row) => tag === undefined || row.tag === tag)
      .map((row) => ({ ...row }));
  return {
    rows,
    version: 1,
    async find(id) {
      const row = rows.get(id);
      return row && { ...row };
    },
    list: async ({ offset, limit, ...filter }) =>
      find(filter)
        .sort((a, b) => b.id - a.id)
        .slice(offset, offset + limit),
    page: async (filter, query) => pageRows(find(filter), query),
    async createMany(channels) {
      this.version += 1;
      return channels.map((channel) => {
        const row: Channel = { ...emptyChannel, ...channel, id: rows.size + 1 };
        rows.set(row.id, row);
        return { ...row };
      });
    },
    async update(id, change) {
      this.version += 1;
      const row = rows.get(id);
      return row && { ...Object.assign(row, change) };
    },
    async updateMany(selection, change) {
      const found = [...rows.values()].filter((row) =>
        'tag' in selection ? row.tag === selection.tag : selection.ids.includes(row.id),
      );
      for (const row of found) Object.assign(row, change);
      this.version += 1;
      return found.map(({ id }) => id);
    },
    async setStatus(id, status, onlyFrom) {
      const row = rows.get(id);
      if (row === undefined || row.status === status) return false;
      if (onlyFrom !== undefined && !onlyFrom.includes(row.status)) return false;
      row.status = status;
      this.version += 1;
      return true;
    },
    async recordTest(id, result) {
      Object.assign(rows.get(id) ?? {}, result);
    },
    async recordBalance(id, result) {
      Object.assign(rows.get(id) ?? {}, result);
    },
    async remove(id) {
      this.version += 1;
      return rows.delete(id);
    },
    async removeMany(ids) {
      this.version += 1;
      return ids.filter((id) => rows.delete(id));
    },
    rebuildAbilities: async () => rows.size,
    async removeDisabled() {
      const gone = [...rows.values()].filter((row) => disabled.includes(row.status));
      for (const { id } of gone) rows.delete(id);
      this.version += 1;
      return gone.length;
    },
  };
}

const emptyChannel: Omit<Channel, 'id'> = {
  type: 1,
  key: '',
  status: channelStatuses.enabled,
  name: '',
  weight: 0,
  createdTime: 1,
  testTime: 0,
  responseTime: 0,
  baseUrl: '',
  other: null,
  balance: 0,
  balanceUpdatedTime: 0,
  models: '',
  group: 'default',
  usedQuota: 0,
  modelMapping: '',
  priority: 0,
  config: '',
  systemPrompt: null,
  tag: '',
};
