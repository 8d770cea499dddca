import {
  isGatewayError,
  managementErrors,
  roles,
  userStatuses,
  type User,
  type UserChange,
  type UserRepository,
} from '@turnpike/core';
import {
  usernameSchema,
  type UserManageInput,
  type UserUpdateInput,
} from '@turnpike/core/contract';
import type { AnnounceAccounts } from './account-changes.ts';
import type { Caller } from './caller.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { QuotaService } from './quota-service.ts';
import { diffFields, type RecordAudit } from './record-audit.ts';
import { editLimits, limitFields, toLimitsJson } from './request-limits.ts';
import { requireGivableRole, requireNotRoot, requireReach } from './role-rules.ts';
import { findUser } from './user-service.ts';

export interface UserEditServiceDeps {
  users: UserRepository;
  passwords: PasswordHasher;
  quotas: QuotaService;
  announceAccounts: AnnounceAccounts;
  recordAudit: RecordAudit;
}

export type UserEditService = ReturnType<typeof createUserEditService>;

const auditedFields = ['username', 'displayName', 'role', 'status', 'email', 'group'] as const;

/** What administrators change about accounts, and the rules of who may change what about whom. */
export function createUserEditService(deps: UserEditServiceDeps) {
  const { users } = deps;

  async function write(
    user: User,
    change: UserChange,
    actor: Caller,
    action: string,
  ): Promise<User> {
    if (Object.keys(change).length === 0) return user;
    // Somebody else may have got the address while the account was deleted.
    const isRevived = user.status === userStatuses.deleted && change.status !== undefined;
    const email = change.email ?? (isRevived ? user.email : '');
    if (email !== '') await requireFreeEmail(users, email, user.id);
    const changed = await updateUser(users, user.id, change);
    await deps.announceAccounts({ userIds: [user.id] });
    await deps.recordAudit(actor, action, user.id, {
      ...diffFields(user, changed, auditedFields),
      ...diffFields(toLimitsJson(user.limits), toLimitsJson(changed.limits), limitFields),
      ...(change.passwordHash !== undefined && { password: 'changed' }),
    });
    return changed;
  }

  return {
    /**
     * Edits the given fields only.
     *
     * @param ifVersion the quota is set only if its version is still this one
     * @throws `not_found`, `higher_role_needed`, `root_protected`, `name_taken`, `email_taken`, `stale_version`
     */
    async update(input: UserUpdateInput, actor: Caller, ifVersion?: number): Promise<void> {
      const user = await findUser(users, input.id);
      requireReach(actor.user, user);
      const change = toUserChange(input, user);
      if (change.role !== undefined) {
        requireGivableRole(actor.user, change.role);
        requireNotRoot(user);
      }
      if (change.status !== undefined) requireNotRoot(user);
      if (ifVersion !== undefined && ifVersion !== user.quotaVersion)
        throw managementErrors.staleVersion();
      if (input.password) change.passwordHash = await deps.passwords.hash(input.password);

      await write(user, change, actor, 'user.update');
      await deps.quotas.editUserQuota(user, input, actor, ifVersion);
    },

    /** One of the five actions of the user list. @throws `not_found`, `higher_role_needed`, `root_protected`, `email_taken` */
    async manage(input: UserManageInput, actor: Caller): Promise<User> {
      const user = await findManaged(users, input);
      requireReach(actor.user, user);
      switch (input.action) {
        case 'disable':
          requireNotRoot(user);
          return write(user, { status: userStatuses.disabled }, actor, 'user.disable');
        case 'enable':
          return write(user, { status: userStatuses.enabled }, actor, 'user.enable');
        case 'delete':
          requireNotRoot(user);
          await users.remove(user.id);
          await deps.announceAccounts({ userIds: [user.id] });
          await deps.recordAudit(actor, 'user.delete', user.id, { username: user.username });
          return { ...user, status: userStatuses.deleted };
        case 'promote':
          if (actor.user.role !== roles.root) throw managementErrors.roleTooLow();
          if (user.role >= roles.admin)
            throw managementErrors.invalidParameter({
              reason: 'the user is an administrator already',
              reasonZh: '该用户已经是管理员',
            });
          return write(user, { role: roles.admin }, actor, 'user.promote');
        case 'demote':
          requireNotRoot(user);
          if (user.role <= roles.common)
            throw managementErrors.invalidParameter({
              reason: 'the user is an ordinary user already',
              reasonZh: '该用户已经是普通用户',
            });
          return write(user, { role: roles.common }, actor, 'user.demote');
      }
    },
  };
}

/** Blank names, passwords and groups, and role or status 0, mean "as it is". */
function toUserChange(input: UserUpdateInput, user: User): UserChange {
  const change: UserChange = {};
  if (input.username && input.username !== user.username)
    change.username = requireUsername(input.username);
  if (input.display_name !== undefined && input.display_name !== user.displayName)
    change.displayName = input.display_name;
  if (input.email !== undefined && input.email !== user.email) change.email = input.email;
  if (input.group && input.group !== user.group) change.group = input.group;
  const limits = editLimits(user.limits, input);
  if (limits !== undefined) change.limits = limits;
  if (input.role && input.role !== user.role) change.role = input.role;
  if (input.status && input.status !== user.status) {
    if (input.status === userStatuses.deleted)
      throw managementErrors.invalidParameter({
        param: 'status',
        reason: "'status' cannot become 3; delete the user instead",
        reasonZh: "'status' 不能改为 3；请使用删除操作",
      });
    change.status = input.status;
  }
  return change;
}

/** New names keep the rules; old ones may stay as they are. */
export function requireUsername(username: string): string {
  const parsed = usernameSchema.safeParse(username);
  if (parsed.success) return parsed.data;
  throw managementErrors.invalidParameter({
    param: 'username',
    reason: "'username' must have 1 to 12 characters, without blanks at its ends",
    reasonZh: "'username' 长度须为 1 到 12 个字符，且首尾不能有空格",
  });
}

/** @throws `name_taken`, `not_found` */
export async function updateUser(
  users: UserRepository,
  id: number,
  change: UserChange,
): Promise<User> {
  try {
    const changed = await users.update(id, change);
    if (changed !== undefined) return changed;
  } catch (error) {
    if (isGatewayError(error) && error.code === 'conflict')
      throw managementErrors.nameTaken({}, { cause: error });
    throw error;
  }
  throw managementErrors.notFound({ what: 'user', whatZh: '用户' });
}

/** An address leads to one account: it opens it, and resets its password. @throws `email_taken` */
export async function requireFreeEmail(
  users: Pick<UserRepository, 'findByEmail'>,
  email: string,
  exceptId?: number,
): Promise<void> {
  const owner = await users.findByEmail(email);
  if (owner !== undefined && owner.id !== exceptId) throw managementErrors.emailTaken();
}

async function findManaged(users: UserRepository, input: UserManageInput): Promise<User> {
  if (input.id !== undefined) return findUser(users, input.id);
  const name = input.username ?? '';
  const found = await users.findForLogin(name);
  // A login may also be an address: here only the name counts.
  if (found?.user.username.toLowerCase() === name.toLowerCase()) return found.user;
  throw managementErrors.notFound({ what: 'user', whatZh: '用户' });
}
