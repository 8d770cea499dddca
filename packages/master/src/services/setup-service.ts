import { managementErrors, roles, type User, type UserRepository } from '@turnpike/core';
import type { SetupInput, SetupStateJson } from '@turnpike/core/contract';
import type { AnnounceAccounts } from './account-changes.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { RecordAudit } from './record-audit.ts';
import { updateUser } from './user-edit-service.ts';

export interface SetupServiceDeps {
  users: UserRepository;
  passwords: PasswordHasher;
  announceAccounts: AnnounceAccounts;
  recordAudit: RecordAudit;
}

export type SetupService = ReturnType<typeof createSetupService>;

/**
 * Sets a new installation up from a console, before anybody has logged in. It opens nothing that was closed: only as long
 * as the first administrator has the password that every installation starts with, and then it closes itself.
 */
export function createSetupService({ users, passwords, ...deps }: SetupServiceDeps) {
  /** The administrator who still has the first password. */
  async function findUntouched(): Promise<User | undefined> {
    for (const root of await users.findRoots()) {
      const found = await users.findWithPassword(root.id);
      if (found !== undefined && (await passwords.isFirstPassword(found.passwordHash))) return root;
    }
    return undefined;
  }

  return {
    async read(): Promise<SetupStateJson> {
      const roots = await users.findRoots();
      return { status: (await findUntouched()) === undefined, root_init: roots.length > 0 };
    },

    /** @throws `already_set_up`, `name_taken` */
    async finish({ username, password }: SetupInput, address: string): Promise<void> {
      const root = await findUntouched();
      if (root === undefined) throw managementErrors.alreadySetUp();
      const passwordHash = await passwords.hash(password);
      const isRenamed = username !== root.username;
      const user = await updateUser(users, root.id, {
        passwordHash,
        ...(isRenamed && { username }),
      });
      await deps.announceAccounts({ userIds: [user.id] });
      const actor = { user: { ...user, role: roles.root }, via: 'session' as const, address };
      await deps.recordAudit(actor, 'setup.finish', user.id, {
        ...(isRenamed && { username: { from: root.username, to: username } }),
        password: 'changed',
      });
    },
  };
}
