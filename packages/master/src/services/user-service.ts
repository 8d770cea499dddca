import {
  managementErrors,
  userStatuses,
  type Page,
  type User,
  type UserRepository,
} from '@turnpike/core';
import type {
  UserCreateInput,
  UserListQueryInput,
  SearchQueryInput,
} from '@turnpike/core/contract';
import type { AnnounceAccounts } from './account-changes.ts';
import type { Caller } from './caller.ts';
import type { CreateAccount } from './create-account.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { RecordAudit } from './record-audit.ts';
import { requireNotRoot, requireReach } from './role-rules.ts';
import { toPageQuery, toSearchPage } from './to-page-query.ts';

export interface UserServiceDeps {
  users: UserRepository;
  passwords: PasswordHasher;
  createAccount: CreateAccount;
  announceAccounts: AnnounceAccounts;
  recordAudit: RecordAudit;
}

export type UserService = ReturnType<typeof createUserService>;

/** Accounts, as administrators see and make them. Edits are in {@link file://./user-edit-service.ts}. */
export function createUserService(deps: UserServiceDeps) {
  const { users } = deps;

  return {
    list(input: UserListQueryInput): Promise<Page<User>> {
      const { keyword, role, status, group, order } = input;
      const filter = {
        keyword,
        ...(role !== 0 && { role }),
        ...(status !== 0 && { status, includeDeleted: status === userStatuses.deleted }),
        ...(group !== '' && { group }),
      };
      return users.page(filter, toPageQuery(input, order));
    },

    /** Prefix of username, address or display name, or an id; deleted accounts too; oldest first. */
    search(query: SearchQueryInput): Promise<Page<User>> {
      return users.page({ keyword: query.keyword, includeDeleted: true }, toSearchPage(query));
    },

    /** @throws `not_found`, `higher_role_needed` */
    async read(id: number, actor: Caller): Promise<User> {
      const user = await findUser(users, id);
      requireReach(actor.user, user);
      return user;
    },

    /** The new account is an ordinary one. @throws `name_taken`, `higher_role_needed` */
    async create(input: UserCreateInput, actor: Caller): Promise<void> {
      if (input.role !== undefined && input.role >= actor.user.role)
        throw managementErrors.higherRoleNeeded();
      const user = await deps.createAccount({
        username: input.username,
        displayName: toDisplayName(input),
        passwordHash: await deps.passwords.hash(input.password),
      });
      await deps.recordAudit(actor, 'user.create', user.id, { username: user.username });
    },

    /** The row stays; the name is free again. Even root needs a role above the account's. */
    async remove(id: number, actor: Caller): Promise<void> {
      const user = await findUser(users, id);
      requireNotRoot(user);
      if (actor.user.role <= user.role) throw managementErrors.higherRoleNeeded();
      if (user.status === userStatuses.deleted) return;
      await users.remove(id);
      await deps.announceAccounts({ userIds: [id] });
      await deps.recordAudit(actor, 'user.delete', id, { username: user.username });
    },
  };
}

function toDisplayName({ display_name = '', username }: UserCreateInput): string {
  return display_name === '' ? username : display_name;
}

/** @throws `not_found` */
export async function findUser(users: UserRepository, id: number): Promise<User> {
  const user = await users.findById(id);
  if (user === undefined) throw managementErrors.notFound({ what: 'user', whatZh: '用户' });
  return user;
}
