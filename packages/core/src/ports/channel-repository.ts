import type { Channel } from '../channel/channel.ts';

export type NewChannel = Partial<Omit<Channel, 'id' | 'createdTime' | 'usedQuota'>> & {
  key: string;
};
export type ChannelChange = Partial<Omit<Channel, 'id' | 'createdTime' | 'usedQuota'>>;

/** Channels and their abilities (group × model). Each write is one transaction that bumps the configuration version. */
export interface ChannelRepository {
  find(id: number): Promise<Channel | undefined>;
  list(query: {
    offset: number;
    limit: number;
    keyword?: string;
    status?: readonly number[];
    ids?: readonly number[];
    group?: string;
  }): Promise<readonly Channel[]>;
  /** Creates all or none. */
  createMany(channels: readonly NewChannel[]): Promise<readonly Channel[]>;
  /** Writes the named columns and rebuilds the abilities. Undefined for an unknown id. */
  update(id: number, change: ChannelChange): Promise<Channel | undefined>;
  /** Changes the status only where it differs, so that two reports act once. Resolves to whether it changed. */
  setStatus(id: number, status: number, onlyFrom?: readonly number[]): Promise<boolean>;
  /** Result of a test; not a configuration change. */
  recordTest(id: number, result: { testTime: number; responseTime: number }): Promise<void>;
  recordBalance(id: number, result: { balance: number; balanceUpdatedTime: number }): Promise<void>;
  remove(id: number): Promise<boolean>;
  removeDisabled(): Promise<number>;
}
