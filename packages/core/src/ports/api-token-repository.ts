import type { ApiToken } from '../identity/api-token.ts';
import type { LossPolicy } from '../identity/loss-policy.ts';
import type { Page, PageQuery } from './page.ts';

export type NewApiToken = Pick<
  ApiToken,
  | 'userId'
  | 'key'
  | 'name'
  | 'expiredTime'
  | 'remainQuota'
  | 'unlimitedQuota'
  | 'models'
  | 'subnet'
  | 'limits'
  | 'lossPolicy'
>;

/** What an owner may edit besides the balance (see `LedgerRepository.setQuota`). Limits `{}` and a policy of null: none. */
export type ApiTokenChange = Partial<
  Pick<
    ApiToken,
    'name' | 'status' | 'expiredTime' | 'unlimitedQuota' | 'models' | 'subnet' | 'limits'
  > & { lossPolicy: LossPolicy | null }
>;

/** By `remain_quota`, tokens without a limit count as more than all others. */
export type ApiTokenSort =
  'id' | 'name' | 'remain_quota' | 'used_quota' | 'accessed_time' | 'expired_time';

export interface ApiTokenFilter {
  userId: number;
  /** Prefix of the name. */
  keyword?: string;
  status?: number;
}

export interface ApiTokenRepository {
  /** Own tokens only: `userId` must match, else undefined. */
  find(id: number, userId: number): Promise<ApiToken | undefined>;
  list(query: {
    userId: number;
    offset: number;
    limit: number;
    order?: 'remain_quota' | 'used_quota';
    keyword?: string;
  }): Promise<readonly ApiToken[]>;
  /** @throws `invalid_parameter` for a cursor of another list */
  page(filter: ApiTokenFilter, page: PageQuery<ApiTokenSort>): Promise<Page<ApiToken>>;
  create(token: NewApiToken): Promise<ApiToken>;
  update(id: number, userId: number, change: ApiTokenChange): Promise<ApiToken | undefined>;
  remove(id: number, userId: number): Promise<boolean>;
}
