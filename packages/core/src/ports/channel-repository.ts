import type { Channel } from '../channel/channel.ts';
import type { Page, PageQuery } from './page.ts';

export type NewChannel = Partial<Omit<Channel, 'id' | 'createdTime' | 'usedQuota'>> & {
  key: string;
};
export type ChannelChange = Partial<Omit<Channel, 'id' | 'createdTime' | 'usedQuota'>>;

export interface ChannelFilter {
  /** Prefix of the name, or an exact id. */
  keyword?: string;
  status?: readonly number[];
  ids?: readonly number[];
  type?: number;
  /** A member of the comma list. */
  group?: string;
  model?: string;
  tag?: string;
}

export interface ChannelListQuery extends ChannelFilter {
  offset: number;
  limit: number;
}

export type ChannelSort =
  | 'id'
  | 'name'
  | 'type'
  | 'status'
  | 'priority'
  | 'weight'
  | 'balance'
  | 'response_time'
  | 'test_time'
  | 'used_quota';

/** Channels and their abilities (group × model). Each write is one transaction that bumps the configuration version. */
export interface ChannelRepository {
  find(id: number): Promise<Channel | undefined>;
  list(query: ChannelListQuery): Promise<readonly Channel[]>;
  /** @throws `invalid_parameter` for a cursor of another list */
  page(filter: ChannelFilter, page: PageQuery<ChannelSort>): Promise<Page<Channel>>;
  /** Creates all or none. */
  createMany(channels: readonly NewChannel[]): Promise<readonly Channel[]>;
  /** Writes the named columns and rebuilds the abilities. Undefined for an unknown id. */
  update(id: number, change: ChannelChange): Promise<Channel | undefined>;
  /** The same for many at once, all or none. Resolves to the ids of those that there are. */
  updateMany(
    selection: { ids: readonly number[] } | { tag: string },
    change: ChannelChange,
  ): Promise<readonly number[]>;
  /** Changes the status only where it differs, so that two reports act once. Resolves to whether it changed. */
  setStatus(id: number, status: number, onlyFrom?: readonly number[]): Promise<boolean>;
  /** Result of a test; not a configuration change. */
  recordTest(id: number, result: { testTime: number; responseTime: number }): Promise<void>;
  recordBalance(id: number, result: { balance: number; balanceUpdatedTime: number }): Promise<void>;
  remove(id: number): Promise<boolean>;
  /** All or none. Resolves to the ids of those that there were. */
  removeMany(ids: readonly number[]): Promise<readonly number[]>;
  removeDisabled(): Promise<number>;
  /** Writes anew what every channel serves. Resolves to the number of channels. */
  rebuildAbilities(): Promise<number>;
}
