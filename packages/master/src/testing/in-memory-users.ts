import {
  errors,
  roles,
  userStatuses,
  type NewUser,
  type User,
  type UserRepository,
} from '@turnpike/core';
import { pageRows } from './page-rows.ts';

export interface StoredUser extends User {
  passwordHash: string;
  accessToken: string;
}

/** Users in a map, with the promises of the port. */
export interface InMemoryUsers extends UserRepository {
  rows: Map<number, StoredUser>;
  /** `<provider> <subject>` → id of the user. */
  identities: Map<string, number>;
}

/** @param endSessions called where a change ends the sessions of a user */
export function createInMemoryUsers(
  endSessions: (userId: number) => Promise<void> = async () => undefined,
): InMemoryUsers {
  const rows = new Map<number, StoredUser>();
  const identities = new Map<string, number>();
  const all = (): StoredUser[] => [...rows.values()];
  const requireFreeName = (username: string | undefined, id?: number): void => {
    if (all().some((row) => row.username === username && row.id !== id)) throw errors.conflict();
  };
  const withPassword = (row: StoredUser | undefined) =>
    row && { user: toUser(row), passwordHash: row.passwordHash };

  return {
    rows,
    identities,
    findById: async (id) => optional(rows.get(id)),
    findForLogin: async (login) =>
      withPassword(
        all().find((row) => row.username === login) ??
          all().find(
            (row) => row.email === login && login !== '' && row.status !== userStatuses.deleted,
          ),
      ),
    findByEmail: async (email) =>
      optional(
        all().find(
          (row) =>
            email !== '' &&
            [email, email.toLowerCase()].includes(row.email) &&
            row.status !== userStatuses.deleted,
        ),
      ),
    findRoots: async () =>
      all()
        .filter((row) => row.role === roles.root && row.status === userStatuses.enabled)
        .map(toUser),
    highestId: async () => Math.max(0, ...rows.keys()),
    findWithPassword: async (id) => withPassword(rows.get(id)),
    findByAccessToken: async (accessToken) =>
      optional(
        all().find((row) => row.accessToken === accessToken && row.status !== userStatuses.deleted),
      ),
    async page({ includeDeleted = false, ...filter }, query) {
      const found = all()
        .filter((row) => includeDeleted || row.status !== userStatuses.deleted)
        .filter((row) => row.username.startsWith(filter.keyword ?? ''))
        .filter((row) => filter.role === undefined || row.role === filter.role)
        .filter((row) => filter.status === undefined || row.status === filter.status)
        .filter((row) => filter.group === undefined || row.group === filter.group);
      return pageRows(found.map(toUser), query);
    },
    count: async () => rows.size,
    async create(user) {
      requireFreeName(user.username);
      const { identity } = user;
      const key = identity && `${identity.provider} ${identity.subject}`;
      if (key !== undefined && identities.has(key)) throw errors.conflict({ param: 'identity' });
      const row = toRow(rows.size + 1, user);
      rows.set(row.id, row);
      const { inviterId = 0, inviteeQuota = 0, inviterQuota = 0 } = user.invitation ?? {};
      row.quota += inviteeQuota;
      const inviter = rows.get(inviterId);
      if (inviter !== undefined) inviter.quota += inviterQuota;
      if (key !== undefined) identities.set(key, row.id);
      return toUser(row);
    },
    async update(id, change) {
      const row = rows.get(id);
      if (row === undefined) return undefined;
      requireFreeName(change.username, id);
      Object.assign(row, change);
      if (sessionFields.some((field) => field in change)) await endSessions(id);
      return toUser(row);
    },
    async fillAffCode(id, affCode) {
      if (all().some((row) => row.affCode === affCode)) throw errors.conflict();
      const row = rows.get(id);
      if (row?.affCode === '') row.affCode = affCode;
      return row?.affCode ?? '';
    },
    findByAffCode: async (affCode) =>
      optional(
        all().find(
          (row) => affCode !== '' && row.affCode === affCode && row.status === userStatuses.enabled,
        ),
      ),
    async setAccessToken(id, accessToken) {
      const row = rows.get(id);
      if (row !== undefined) row.accessToken = accessToken;
    },
    async remove(id) {
      const row = rows.get(id);
      if (row === undefined) return false;
      Object.assign(row, { status: userStatuses.deleted, username: `deleted_${'0'.repeat(32)}` });
      await endSessions(id);
      return true;
    },
  };
}

/** Where an identity shows in a user. */
export const columnOf = {
  github: 'githubId',
  lark: 'larkId',
  oidc: 'oidcId',
  wechat: 'wechatId',
} as const;

const sessionFields = ['passwordHash', 'role', 'status'] as const;

function optional(row: StoredUser | undefined): User | undefined {
  return row && toUser(row);
}

/** A copy without the secrets: rows do not leave a repository. */
function toUser({ passwordHash: _hash, accessToken: _token, ...user }: StoredUser): User {
  return { ...user };
}

function toRow(id: number, user: NewUser): StoredUser {
  return {
    id,
    username: user.username,
    displayName: user.displayName,
    role: user.role,
    status: userStatuses.enabled,
    email: user.email ?? '',
    ...{ githubId: '', wechatId: '', larkId: '', oidcId: '' },
    ...(user.identity && { [columnOf[user.identity.provider]]: user.identity.legacyId }),
    quota: user.quota,
    usedQuota: 0,
    requestCount: 0,
    group: user.group ?? 'default',
    affCode: user.affCode,
    inviterId: user.invitation?.inviterId ?? 0,
    quotaVersion: 1,
    passwordHash: user.passwordHash,
    accessToken: user.accessToken,
  };
}
