import type { DayStatRow, UsageStatistics, User, UserChange, UserRepository } from '@turnpike/core';
import { isGatewayError, roles, type Clock } from '@turnpike/core';
import type { AccountUpdateInput } from '@turnpike/core/contract';
import type { AnnounceAccounts } from './account-changes.ts';
import type { Caller } from './caller.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { drawAccessToken, drawAffCode } from './random-keys.ts';
import { diffFields, type RecordAudit } from './record-audit.ts';
import { requireNotRoot } from './role-rules.ts';
import { requireUsername, updateUser } from './user-edit-service.ts';

const DAY_SECONDS = 86_400;

export interface AccountServiceDeps {
  users: UserRepository;
  usageStatistics: UsageStatistics;
  passwords: PasswordHasher;
  announceAccounts: AnnounceAccounts;
  recordAudit: RecordAudit;
  clock: Clock;
}

export type AccountService = ReturnType<typeof createAccountService>;

/** What everybody may do with the own account. */
export function createAccountService(deps: AccountServiceDeps) {
  const { users } = deps;

  return {
    /** Whether the first administrator still has the password of the installation. */
    async mustChangePassword(user: User): Promise<boolean> {
      if (user.role !== roles.root) return false;
      const found = await users.findWithPassword(user.id);
      return found !== undefined && deps.passwords.isFirstPassword(found.passwordHash);
    },

    /** Blank fields stay as they are. Resolves to whether the password changed. @throws `name_taken` */
    async update(input: AccountUpdateInput, actor: Caller): Promise<boolean> {
      const { user } = actor;
      const change: UserChange = {};
      if (input.username && input.username !== user.username)
        change.username = requireUsername(input.username);
      if (input.display_name) change.displayName = input.display_name;
      if (input.password) change.passwordHash = await deps.passwords.hash(input.password);
      if (Object.keys(change).length === 0) return false;

      const changed = await updateUser(users, user.id, change);
      await deps.announceAccounts({ userIds: [user.id] });
      await deps.recordAudit(actor, 'account.update', user.id, {
        ...diffFields(user, changed, ['username', 'displayName']),
        ...(change.passwordHash !== undefined && { password: 'changed' }),
      });
      return change.passwordHash !== undefined;
    },

    /** @throws `root_protected` */
    async remove(actor: Caller): Promise<void> {
      requireNotRoot(actor.user);
      await users.remove(actor.user.id);
      await deps.announceAccounts({ userIds: [actor.user.id] });
      await deps.recordAudit(actor, 'account.delete', actor.user.id);
    },

    /** A new access token; the old one is gone. */
    async rotateAccessToken(actor: Caller): Promise<string> {
      const accessToken = drawAccessToken();
      await users.setAccessToken(actor.user.id, accessToken);
      await deps.recordAudit(actor, 'account.rotate-access-token', actor.user.id);
      return accessToken;
    },

    /** The own invitation code; made where there is none. */
    async affCode({ user }: Caller): Promise<string> {
      if (user.affCode !== '') return user.affCode;
      return fillAffCode(users, user.id);
    },

    /** Own consumption of the last seven UTC days, today included. */
    dashboard(actor: Caller): Promise<readonly DayStatRow[]> {
      const now = Math.floor(deps.clock.now() / 1000);
      const today = now - (now % DAY_SECONDS);
      return deps.usageStatistics.dayStats(actor.user.id, today - 6 * DAY_SECONDS);
    },
  };
}

/** 4 characters can collide; a handful of draws never all do. */
const MAX_DRAWS = 8;

async function fillAffCode(users: UserRepository, id: number): Promise<string> {
  for (let draws = 1; ; draws += 1) {
    try {
      return await users.fillAffCode(id, drawAffCode());
    } catch (error) {
      if (!isGatewayError(error) || error.code !== 'conflict' || draws === MAX_DRAWS) throw error;
    }
  }
}
