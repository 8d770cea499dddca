import {
  errors,
  userStatuses,
  type ExternalIdentity,
  type IdentityRepository,
  type OneTimeCode,
  type OneTimeCodeRepository,
  type SessionRecord,
  type SessionRepository,
} from '@turnpike/core';
import { columnOf, type InMemoryUsers } from './in-memory-users.ts';

/** Sessions in a map, with the promises of the port. */
export interface InMemorySessions extends SessionRepository {
  rows: Map<string, SessionRecord>;
}

export function createInMemorySessions(): InMemorySessions {
  const rows = new Map<string, SessionRecord>();
  return {
    rows,
    create: async (session) => void rows.set(session.idHash, { ...session, isEnded: false }),
    find: async (idHash) => {
      const row = rows.get(idHash);
      return row && { ...row };
    },
    async markTurnstilePassed(idHash) {
      const row = rows.get(idHash);
      if (row !== undefined) row.hasPassedTurnstile = true;
    },
    remove: async (idHash) => void rows.delete(idHash),
    async endAll(userId) {
      for (const row of rows.values()) if (row.userId === userId) row.isEnded = true;
    },
    async prune(now) {
      const old = [...rows.values()].filter(({ expiresAt }) => expiresAt < now);
      for (const { idHash } of old) rows.delete(idHash);
      return old.length;
    },
  };
}

export function createInMemoryCodes(): OneTimeCodeRepository {
  const rows = new Map<string, OneTimeCode & { attempts: number }>();
  const toKey = ({ purpose, subject }: Pick<OneTimeCode, 'purpose' | 'subject'>): string =>
    `${purpose} ${subject}`;
  return {
    put: async (code) => void rows.set(toKey(code), { ...code, attempts: 0 }),
    async redeem({ codeHash, now, maxAttempts, ...place }) {
      const row = rows.get(toKey(place));
      if (row === undefined || row.expiresAt <= now || row.attempts >= maxAttempts)
        return undefined;
      row.attempts += 1;
      if (row.codeHash !== codeHash) return undefined;
      rows.delete(toKey(place));
      return row.payload;
    },
    async prune(now) {
      const old = [...rows].filter(([, { expiresAt }]) => expiresAt < now);
      for (const [key] of old) rows.delete(key);
      return old.length;
    },
  };
}

/** Identities beside the users of the test. Accounts of One API are found by their column. */
export function createInMemoryIdentities(users: InMemoryUsers): IdentityRepository {
  const owners = users.identities;
  const toKey = ({ provider, subject }: ExternalIdentity): string => `${provider} ${subject}`;
  const unbind: IdentityRepository['unbind'] = async (userId, provider) => {
    for (const [key, owner] of owners)
      if (owner === userId && key.startsWith(`${provider} `)) owners.delete(key);
    const row = users.rows.get(userId);
    if (row !== undefined) row[columnOf[provider]] = '';
  };
  return {
    async find(identity) {
      const owner =
        owners.get(toKey(identity)) ??
        [...users.rows.values()].find(
          (row) =>
            identity.legacyId !== '' && row[columnOf[identity.provider]] === identity.legacyId,
        )?.id;
      const user = owner === undefined ? undefined : await users.findById(owner);
      return user?.status === userStatuses.deleted ? undefined : user;
    },
    async bind(userId, identity) {
      const owner = owners.get(toKey(identity));
      if (owner !== undefined && owner !== userId) throw errors.conflict({ param: 'identity' });
      await unbind(userId, identity.provider);
      owners.set(toKey(identity), userId);
      const row = users.rows.get(userId);
      if (row !== undefined) row[columnOf[identity.provider]] = identity.legacyId;
    },
    unbind,
  };
}
