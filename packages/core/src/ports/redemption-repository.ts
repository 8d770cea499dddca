import type { Redemption } from '../identity/redemption.ts';
import type { Balance } from './ledger-repository.ts';
import type { Page, PageQuery } from './page.ts';

export type NewRedemption = Pick<
  Redemption,
  'userId' | 'key' | 'name' | 'quota' | 'createdTime' | 'expiredTime'
>;

export type RedemptionChange = Partial<
  Pick<Redemption, 'name' | 'quota' | 'status' | 'expiredTime'>
>;

export type RedemptionSort = 'id' | 'name' | 'quota' | 'created_time' | 'redeemed_time';

export interface RedemptionFilter {
  /** Prefix of the name, or an exact id. */
  keyword?: string;
  status?: number;
}

export type RedeemResult =
  | { redemption: Redemption; balance: Balance }
  /** Why nothing was credited. */
  | 'unknown'
  | 'used'
  | 'disabled'
  | 'expired';

export interface RedemptionRepository {
  find(id: number): Promise<Redemption | undefined>;
  /** @throws `invalid_parameter` for a cursor of another list */
  page(filter: RedemptionFilter, page: PageQuery<RedemptionSort>): Promise<Page<Redemption>>;
  /** All or none. @throws `conflict` when a key is taken */
  createMany(redemptions: readonly NewRedemption[]): Promise<readonly Redemption[]>;
  /** Resolves to undefined for an unknown id. */
  update(id: number, change: RedemptionChange): Promise<Redemption | undefined>;
  remove(id: number): Promise<boolean>;
  /** Removes codes that can not be redeemed any more: used, disabled, or expired at `now` (Unix seconds). */
  removeSpent(now: number): Promise<number>;
  /**
   * Marks the code as used and credits the user, in one transaction. Of any number of calls at the same time one
   * succeeds.
   */
  redeem(key: string, userId: number): Promise<RedeemResult>;
}
