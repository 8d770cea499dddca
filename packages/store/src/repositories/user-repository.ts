import { randomBytes } from 'node:crypto';
import {
  errors,
  roles,
  userStatuses,
  type Clock,
  type NewUser,
  type RequestLimits,
  type SecretBox,
  type User,
  type UserChange,
  type UserFilter,
  type UserRepository,
  type UserSort,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { lockBalance, moveBalance } from '../ledger/balances.ts';
import { insertQuotaEntry } from '../ledger/quota-entries.ts';
import { spendColumnsFor } from '../ledger/period-spends.ts';
import { reconcileAccount } from '../ledger/reconcile-account.ts';
import { likePrefix } from '../schema/like-prefix.ts';
import { areSecretsSealed } from '../schema/meta.ts';
import { readPage, type SortKey } from '../schema/read-page.ts';
import { readCount } from '../schema/read-aggregate.ts';
import { readNumber, readText, type Row } from '../schema/read-column.ts';
import { refuseTooLong } from '../schema/refuse-too-long.ts';
import { toLimitsColumn } from '../schema/request-limits-column.ts';
import { hashAccessToken, toAccessTokenColumns } from '../secrets/key-columns.ts';
import { insertIdentity, isIdentityTaken } from './identity-repository.ts';
import { stampRecord } from './record-version.ts';
import { endSessions } from './session-repository.ts';
import { toUser } from './user-row.ts';

export interface UserRepositoryDeps {
  knex: Knex;
  dialect: Dialect;
  secretBox: SecretBox;
  clock: Clock;
}

/** Accounts of persons and systems. */
export function createUserRepository(deps: UserRepositoryDeps): UserRepository {
  const { knex, dialect, secretBox } = deps;

  async function findRow(condition: Row): Promise<Row | undefined> {
    const [row] = (await knex('users').where(condition).orderBy('id').limit(1)) as Row[];
    return row;
  }

  async function findByEmail(email: string): Promise<Row | undefined> {
    const [row] = (await knex('users')
      .whereIn('email', [...new Set([email, email.toLowerCase()])])
      .whereRaw('COALESCE(status, 0) <> ?', [userStatuses.deleted])
      .orderBy('id')
      .limit(1)) as Row[];
    return row;
  }

  return {
    findById: async (id) => toUserIfAny(await findRow({ id })),

    async findForLogin(login) {
      if (login === '') return undefined;
      return toLogin((await findRow({ username: login })) ?? (await findByEmail(login)));
    },

    findWithPassword: async (id) => toLogin(await findRow({ id })),

    async findByAccessToken(accessToken) {
      if (accessToken === '') return undefined;
      // A stored hash must never be taken for a token: each form is looked for in its own rows.
      const rows = (await knex('users')
        .where((query) => {
          void query
            .where({ access_token: hashAccessToken(accessToken) })
            .whereNotNull('access_token_cipher');
        })
        .orWhere((query) => {
          void query.where({ access_token: accessToken }).whereNull('access_token_cipher');
        })) as Row[];
      const users = rows.filter((row) => isSameToken(row, accessToken)).map(toUser);
      return users.find(({ status }) => status !== userStatuses.deleted);
    },

    findByEmail: async (email) =>
      email === '' ? undefined : toUserIfAny(await findByEmail(email)),

    async findRoots() {
      const condition = { role: roles.root, status: userStatuses.enabled };
      return ((await knex('users').where(condition).orderBy('id')) as Row[]).map(toUser);
    },

    async highestId() {
      const [row] = await knex('users').max<Row[]>({ id: 'id' });
      return readNumber(row?.['id']);
    },

    async page(filter, page) {
      const rows = filterUsers(deps, filter);
      const found = await readPage({ knex, rows, key: sortKeys[page.sort] }, page);
      return { ...found, rows: found.rows.map(toUser) };
    },

    count: () => readCount(knex('users')),

    async create(user) {
      const id = await withNameCheck(deps, user, () =>
        dialect.inWriteTransaction(knex, (trx) => insertUser(trx, deps, user)),
      );
      const row = await findRow({ id });
      if (row === undefined) throw new Error(`user ${id} vanished while it was created`);
      return toUser(row);
    },

    async update(id, change) {
      const columns = toColumns(change);
      if (Object.keys(columns).length > 0) {
        await withNameCheck(deps, change, () => writeUser(deps, id, columns, change.limits));
      }
      return toUserIfAny(await findRow({ id }));
    },

    async fillAffCode(id, affCode) {
      await withNameCheck(deps, {}, () =>
        knex('users').where({ id }).whereRaw("COALESCE(aff_code, '') = ''").update({
          aff_code: affCode,
        }),
      );
      return readText((await findRow({ id }))?.['aff_code']);
    },

    async findByAffCode(affCode) {
      if (affCode === '') return undefined;
      const rows = (await knex('users').where({
        aff_code: affCode,
        status: userStatuses.enabled,
      })) as Row[];
      // MySQL may compare without regard to case.
      return toUserIfAny(rows.find((row) => readText(row['aff_code']) === affCode));
    },

    setAccessToken: (id, accessToken) =>
      dialect.inWriteTransaction(knex, async (trx) => {
        const isSealed = await areSecretsSealed(trx);
        await trx('users')
          .where({ id })
          .update(toAccessTokenColumns(secretBox, isSealed, accessToken));
      }),

    remove: (id) =>
      writeUser(deps, id, {
        username: `deleted_${randomBytes(16).toString('hex')}`,
        status: userStatuses.deleted,
      }),
  };
}

/** A session is for the password, the role and the status under which it began. */
const sessionColumns = ['password', 'role', 'status'] as const;

/** Resolves to whether there is such a user. */
function writeUser(
  { knex, dialect, clock }: UserRepositoryDeps,
  id: number,
  columns: Row,
  limits?: RequestLimits,
): Promise<boolean> {
  return dialect.inWriteTransaction(knex, async (trx) => {
    const [before] = (await dialect.forUpdate(trx('users').where({ id }))) as Row[];
    if (before === undefined) return false;
    const spend =
      limits === undefined
        ? {}
        : await spendColumnsFor(trx, { kind: 'user', id }, limits, before, clock.now());
    // What was spent belongs to a version as the balance does.
    const version = 'spend_day' in spend && {
      quota_version: readNumber(before['quota_version']) + 1,
    };
    await trx('users')
      .where({ id })
      .update({ ...columns, ...spend, ...version });
    if (sessionColumns.some((column) => column in columns)) await endSessions(trx, id);
    if (columns['status'] === userStatuses.deleted)
      await trx('external_identities').where({ user_id: id }).delete();
    await stampRecord(trx, { kind: 'user', id });
    return true;
  });
}

/** Inserts a user together with the entry of the first balance. */
export async function insertUser(
  trx: Knex,
  { dialect, secretBox, clock }: Omit<UserRepositoryDeps, 'knex'>,
  user: NewUser,
): Promise<number> {
  const isSealed = await areSecretsSealed(trx);
  const id = await dialect.insertRow(trx, 'users', {
    username: user.username,
    password: user.passwordHash,
    display_name: user.displayName,
    role: user.role,
    status: userStatuses.enabled,
    email: user.email ?? '',
    github_id: '',
    wechat_id: '',
    lark_id: '',
    oidc_id: '',
    ...toAccessTokenColumns(secretBox, isSealed, user.accessToken),
    quota: user.quota,
    used_quota: 0,
    request_count: 0,
    group: user.group ?? 'default',
    aff_code: user.affCode,
    inviter_id: user.invitation?.inviterId ?? 0,
    quota_version: 1,
  });
  if (user.identity !== undefined) await insertIdentity(trx, id, user.identity, clock.now());
  const reference = `created:user:${id}:${randomBytes(6).toString('hex')}`;
  const entry = { reason: user.quotaReason, reference };
  await reconcileAccount(trx, dialect, { kind: 'user', id }, entry, clock.now());
  await rewardInvitation(trx, dialect, id, user, clock.now());
  await stampRecord(trx, { kind: 'user', id });
  return id;
}

/** Of each invited user both rewards are booked once: the references say so. */
async function rewardInvitation(
  trx: Knex,
  dialect: Dialect,
  id: number,
  { invitation }: NewUser,
  now: number,
): Promise<void> {
  if (invitation === undefined) return;
  const { inviterId, inviteeQuota, inviterQuota } = invitation;
  const rewards = [
    { account: { kind: 'user', id }, delta: inviteeQuota, reference: `invited:${id}` },
    { account: { kind: 'user', id: inviterId }, delta: inviterQuota, reference: `inviter:${id}` },
  ] as const;
  for (const { account, delta, reference } of rewards) {
    if (delta === 0 || (await lockBalance(trx, dialect, account)) === undefined) continue;
    const entry = { account, delta, reason: 'invitation', reference };
    await insertQuotaEntry(trx, dialect, entry, now);
    await moveBalance(trx, account, delta);
    if (account.id !== id) await stampRecord(trx, account);
  }
}

const sortKeys: Readonly<Record<UserSort, SortKey>> = {
  id: { sql: 'id', kind: 'integer' },
  username: { sql: "COALESCE(username, '')", kind: 'text' },
  quota: { sql: 'COALESCE(quota, 0)', kind: 'integer' },
  used_quota: { sql: 'COALESCE(used_quota, 0)', kind: 'integer' },
  request_count: { sql: 'COALESCE(request_count, 0)', kind: 'integer' },
};

function filterUsers({ knex, dialect }: UserRepositoryDeps, filter: UserFilter): Knex.QueryBuilder {
  const { keyword, role, status, group, includeDeleted } = filter;
  const select = knex('users');
  if (role !== undefined) void select.where({ role });
  if (status !== undefined) void select.where({ status });
  if (group !== undefined) void select.where({ group });
  if (includeDeleted !== true) {
    void select.whereRaw('COALESCE(status, 0) <> ?', [userStatuses.deleted]);
  }
  if (keyword !== undefined && keyword !== '') {
    void select.where((any) => {
      for (const column of ['username', 'email', 'display_name']) {
        void any.orWhereRaw(`?? ${dialect.likeOperator} ? ESCAPE '!'`, [
          column,
          likePrefix(keyword),
        ]);
      }
      if (/^\d{1,15}$/.test(keyword)) void any.orWhere('id', Number(keyword));
    });
  }
  return select;
}

const columnOf = {
  username: 'username',
  displayName: 'display_name',
  role: 'role',
  status: 'status',
  email: 'email',
  group: 'group',
  passwordHash: 'password',
} as const satisfies Record<Exclude<keyof UserChange, 'limits'>, string>;

function toColumns({ limits, ...change }: UserChange): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  if (limits !== undefined) columns['limits'] = toLimitsColumn(limits);
  for (const [field, column] of Object.entries(columnOf)) {
    const value = change[field as keyof typeof columnOf];
    if (value !== undefined) columns[column] = value;
  }
  return columns;
}

/** @throws `conflict` with `param` where a name or an invitation code is taken */
async function withNameCheck<T>(
  { knex, dialect }: UserRepositoryDeps,
  { username, identity }: Pick<Partial<NewUser>, 'username' | 'identity'>,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await refuseTooLong(dialect, write);
  } catch (error) {
    if (!dialect.isUniqueViolation(error)) throw error;
    const named =
      username === undefined ? [] : ((await knex('users').where({ username })) as Row[]);
    if (named.length === 0 && identity !== undefined && (await isIdentityTaken(knex, identity)))
      throw errors.conflict({ param: 'identity' }, { cause: error });
    throw named.length > 0
      ? errors.conflict(
          {
            param: 'username',
            reason: 'This username is taken. Choose another one.',
            reasonZh: '用户名已被占用。请更换一个。',
          },
          { cause: error },
        )
      : errors.conflict(
          {
            param: 'aff_code',
            reason: 'This invitation code or access token is taken. Try again.',
            reasonZh: '邀请码或访问令牌已存在。请重试。',
          },
          { cause: error },
        );
  }
}

/** MySQL may compare without regard to case. */
function isSameToken(row: Row, accessToken: string): boolean {
  const stored = readText(row['access_token']).trimEnd();
  return stored === accessToken || stored === hashAccessToken(accessToken);
}

function toLogin(row: Row | undefined): { user: User; passwordHash: string } | undefined {
  return row && { user: toUser(row), passwordHash: readText(row['password']) };
}

function toUserIfAny(row: Row | undefined): User | undefined {
  return row && toUser(row);
}
