import type { ExternalIdentity } from '../identity/external-identity.ts';
import type { User } from '../identity/user.ts';
import type { Page, PageQuery } from './page.ts';

export interface NewUser {
  username: string;
  /** bcrypt; empty for accounts that log in elsewhere. */
  passwordHash: string;
  displayName: string;
  role: number;
  email?: string;
  group?: string;
  /** Balance at the start; written as a ledger entry with this reason. */
  quota: number;
  quotaReason: string;
  accessToken: string;
  affCode: string;
  /** Whose invitation it was, and what both get for it; each as a ledger entry, in the same transaction. */
  invitation?: { inviterId: number; inviteeQuota: number; inviterQuota: number };
  /** Bound in the transaction that makes the account. */
  identity?: ExternalIdentity;
}

/** Limits `{}`: none. */
export type UserChange = Partial<
  Pick<User, 'username' | 'displayName' | 'role' | 'status' | 'email' | 'group' | 'limits'>
> & { passwordHash?: string };

export interface UserRepository {
  findById(id: number): Promise<User | undefined>;
  /** By username, else by the email address of an account that is not deleted. With the stored bcrypt hash. */
  findForLogin(login: string): Promise<{ user: User; passwordHash: string } | undefined>;
  /** By id, with the stored bcrypt hash: what a session is checked against on each request. */
  findWithPassword(id: number): Promise<{ user: User; passwordHash: string } | undefined>;
  /** By system management token (32 hex characters). Deleted users are never found. */
  findByAccessToken(accessToken: string): Promise<User | undefined>;
  /** The account that is not deleted and has this address, as typed or in lower case; the oldest one of several. */
  findByEmail(email: string): Promise<User | undefined>;
  /** Enabled accounts of the highest role, oldest first. */
  findRoots(): Promise<readonly User[]>;
  /** The highest id there is; 0 for none. */
  highestId(): Promise<number>;
  /** @throws `invalid_parameter` for a cursor of another list */
  page(filter: UserFilter, page: PageQuery<UserSort>): Promise<Page<User>>;
  count(): Promise<number>;
  /** @throws `conflict` with `param`: the username, or the identity, is taken */
  create(user: NewUser): Promise<User>;
  /**
   * Writes the named columns only; balances never change here. A new password, role or status ends all sessions of the
   * account. Resolves to undefined for an unknown id.
   */
  update(id: number, change: UserChange): Promise<User | undefined>;
  /** Gives a user without an invitation code this one. Resolves to the code that it has now. @throws `conflict` when it is taken */
  fillAffCode(id: number, affCode: string): Promise<string>;
  /** Whose invitation code it is, taken literally. Deleted and disabled users invite nobody. */
  findByAffCode(affCode: string): Promise<User | undefined>;
  setAccessToken(id: number, accessToken: string): Promise<void>;
  /** Soft delete: status 3, name replaced by `deleted_` + 32 hex; sessions and identities end. */
  remove(id: number): Promise<boolean>;
}

export type UserSort = 'id' | 'username' | 'quota' | 'used_quota' | 'request_count';

export interface UserFilter {
  /** Prefix of username, email or display name, or an exact id. */
  keyword?: string;
  role?: number;
  status?: number;
  group?: string;
  includeDeleted?: boolean;
}
