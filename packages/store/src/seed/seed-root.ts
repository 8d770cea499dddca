import { randomBytes } from 'node:crypto';
import { roles, type SecretBox } from '@turnpike/core';
import type { Database } from '../connect.ts';
import { insertApiToken } from '../repositories/api-token-repository.ts';
import { insertUser } from '../repositories/user-repository.ts';

/** One API's first balance: a billion dollars. */
const ROOT_QUOTA = 500_000_000_000_000;

export interface RootSeed {
  /** bcrypt. */
  passwordHash: string;
  /** Key of a token for root, without `sk-`; undefined: no token. */
  initialRootToken?: string | undefined;
  /** Management token, at most 32 characters; undefined: a random one. */
  initialRootAccessToken?: string | undefined;
  /** Unix milliseconds. */
  now: number;
}

/**
 * Creates the first administrator where no user exists at all.
 *
 * @returns whether it did; of several processes at once only one does
 */
export async function seedRoot(
  { knex, dialect }: Pick<Database, 'knex' | 'dialect'>,
  secretBox: SecretBox,
  { passwordHash, initialRootToken, initialRootAccessToken, now }: RootSeed,
): Promise<boolean> {
  return dialect.withMigrationLock(knex, async (trx) => {
    const anyone = (await trx('users').select('id').limit(1)) as unknown[];
    if (anyone.length > 0) return false;
    const deps = { dialect, secretBox, clock: { now: () => now } };
    const userId = await insertUser(trx, deps, {
      username: 'root',
      passwordHash,
      displayName: 'Root User',
      role: roles.root,
      quota: ROOT_QUOTA,
      quotaReason: 'created',
      accessToken: initialRootAccessToken ?? randomBytes(16).toString('hex'),
      affCode: '',
    });
    if (initialRootToken !== undefined) {
      await insertApiToken(trx, deps, {
        userId,
        key: initialRootToken,
        name: 'Initial Root Token',
        expiredTime: -1,
        remainQuota: ROOT_QUOTA,
        unlimitedQuota: true,
        models: null,
        subnet: '',
      });
    }
    return true;
  });
}
