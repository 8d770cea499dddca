import {
  errors,
  userStatuses,
  type Clock,
  type ExternalIdentity,
  type IdentityProvider,
  type IdentityRepository,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readNumber, readText, type Row } from '../schema/read-column.ts';
import { toUser } from './user-row.ts';

export interface IdentityRepositoryDeps {
  knex: Knex;
  dialect: Dialect;
  clock: Clock;
}

/** Where One API keeps the same. The columns are kept up, so that it can still open the database. */
const legacyColumns = {
  github: 'github_id',
  lark: 'lark_id',
  oidc: 'oidc_id',
  wechat: 'wechat_id',
} as const satisfies Record<IdentityProvider, string>;

/** Which account is known at which provider. */
export function createIdentityRepository(deps: IdentityRepositoryDeps): IdentityRepository {
  const { knex, dialect, clock } = deps;
  return {
    async find(identity) {
      const { provider, subject } = identity;
      const [bound]: Row[] = await knex({ i: 'external_identities' })
        .join({ u: 'users' }, 'u.id', 'i.user_id')
        .where({ 'i.provider': provider, 'i.subject': subject })
        .whereRaw('COALESCE(u.status, 0) <> ?', [userStatuses.deleted])
        .select<Row[]>('u.*');
      if (bound !== undefined) return toUser(bound);
      return dialect.inWriteTransaction(knex, async (trx) => {
        const row = await findLegacyRow(trx, identity);
        if (row === undefined) return undefined;
        await insertIdentity(trx, readNumber(row['id']), identity, clock.now());
        return toUser(row);
      });
    },

    bind: (userId, identity) =>
      refuseTaken(dialect, () =>
        dialect.inWriteTransaction(knex, async (trx) => {
          const legacy = await findLegacyRow(trx, identity);
          if (legacy !== undefined && readNumber(legacy['id']) !== userId) throw taken();
          await removeIdentity(trx, userId, identity.provider);
          await insertIdentity(trx, userId, identity, clock.now());
        }),
      ),

    unbind: (userId, provider) =>
      dialect.inWriteTransaction(knex, (trx) => removeIdentity(trx, userId, provider)),
  };
}

/** An account that One API bound, and that has no identity of ours at this provider. */
async function findLegacyRow(
  trx: Knex,
  { provider, subject, legacyId }: ExternalIdentity,
): Promise<Row | undefined> {
  // A login name of digits only could be the number of somebody else.
  if (legacyId === '' || (legacyId !== subject && /^\d+$/.test(legacyId))) return undefined;
  const column = legacyColumns[provider];
  const rows = (await trx('users')
    .where({ [column]: legacyId })
    .whereRaw('COALESCE(status, 0) <> ?', [userStatuses.deleted])
    .whereNotIn('id', trx('external_identities').where({ provider }).select('user_id'))
    .orderBy('id')) as Row[];
  // MySQL may compare without regard to case.
  return rows.find((row) => readText(row[column]) === legacyId);
}

/** Inserts an identity of a new or changed account. A primary key is violated where somebody else has it. */
export async function insertIdentity(
  trx: Knex,
  userId: number,
  { provider, subject, legacyId }: ExternalIdentity,
  now: number,
): Promise<void> {
  if (subject === '') throw new Error('an identity needs a subject');
  await trx('external_identities').insert({ provider, subject, user_id: userId, bound_at: now });
  await trx('users')
    .where({ id: userId })
    .update({ [legacyColumns[provider]]: legacyId });
}

/** Whether somebody has it. */
export async function isIdentityTaken(
  connection: Knex,
  { provider, subject }: ExternalIdentity,
): Promise<boolean> {
  const rows = (await connection('external_identities').where({ provider, subject })) as Row[];
  return rows.length > 0;
}

async function removeIdentity(
  trx: Knex,
  userId: number,
  provider: IdentityProvider,
): Promise<void> {
  await trx('external_identities').where({ user_id: userId, provider }).delete();
  await trx('users')
    .where({ id: userId })
    .update({ [legacyColumns[provider]]: '' });
}

async function refuseTaken(dialect: Dialect, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (dialect.isUniqueViolation(error)) throw taken(error);
    throw error;
  }
}

function taken(cause?: unknown) {
  return errors.conflict(
    {
      param: 'identity',
      reason: 'This identity is bound to another account.',
      reasonZh: '该身份已绑定其他账户。',
    },
    cause === undefined ? undefined : { cause },
  );
}
