import {
  apiTokenStatuses,
  readLossPolicy,
  type ApiToken,
  type ApiTokenChange,
  type ApiTokenFilter,
  type ApiTokenRepository,
  type ApiTokenSort,
  type Clock,
  type NewApiToken,
  type SecretBox,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { firstSpendColumns, spendColumnsFor } from '../ledger/period-spends.ts';
import { reconcileAccount } from '../ledger/reconcile-account.ts';
import { likePrefix } from '../schema/like-prefix.ts';
import { readSpend } from '../schema/period-spend-columns.ts';
import { areSecretsSealed } from '../schema/meta.ts';
import {
  readBoolean,
  readNullableText,
  readNumber,
  readText,
  type Row,
} from '../schema/read-column.ts';
import { readPage, type SortKey } from '../schema/read-page.ts';
import { refuseTooLong } from '../schema/refuse-too-long.ts';
import { readLimits, toLimitsColumn } from '../schema/request-limits-column.ts';
import { readKeyHash, readTokenKey, toTokenKeyColumns } from '../secrets/key-columns.ts';
import { drawRecordVersion, stampRecord } from './record-version.ts';

export interface ApiTokenRepositoryDeps {
  knex: Knex;
  dialect: Dialect;
  secretBox: SecretBox;
  clock: Clock;
}

/** Clients' keys, each seen by its owner only. */
export function createApiTokenRepository(deps: ApiTokenRepositoryDeps): ApiTokenRepository {
  const { knex, dialect, secretBox } = deps;

  async function find(id: number, userId: number): Promise<ApiToken | undefined> {
    const [row] = (await knex('tokens').where({ id, user_id: userId })) as Row[];
    return row && toApiToken(row, secretBox);
  }

  return {
    find,

    async list({ offset, limit, order, ...filter }) {
      const select = filterApiTokens(deps, filter).offset(offset).limit(limit);
      if (order === 'remain_quota') {
        void select.orderByRaw(
          'COALESCE(unlimited_quota, false) DESC, COALESCE(remain_quota, 0) DESC',
        );
      } else if (order === 'used_quota') {
        void select.orderByRaw('COALESCE(used_quota, 0) DESC');
      }
      const rows = (await select.orderBy('id', 'desc')) as Row[];
      return rows.map((row) => toApiToken(row, secretBox));
    },

    async page(filter, page) {
      const rows = filterApiTokens(deps, filter);
      const found = await readPage({ knex, rows, key: sortKeys[page.sort] }, page);
      return { ...found, rows: found.rows.map((row) => toApiToken(row, secretBox)) };
    },

    async create(token) {
      const id = await refuseTooLong(dialect, () =>
        dialect.inWriteTransaction(knex, (trx) => insertApiToken(trx, deps, token)),
      );
      const created = await find(id, token.userId);
      if (created === undefined) throw new Error(`token ${id} vanished while it was created`);
      return created;
    },

    async update(id, userId, change) {
      await refuseTooLong(dialect, () =>
        dialect.inWriteTransaction(knex, (trx) =>
          updateApiToken(trx, deps, { id, userId, change }),
        ),
      );
      return find(id, userId);
    },

    remove: (id, userId) =>
      dialect.inWriteTransaction(knex, (trx) => removeApiToken(trx, deps, { id, userId })),
  };
}

function filterApiTokens(
  { knex, dialect }: ApiTokenRepositoryDeps,
  { userId, keyword, status }: ApiTokenFilter,
): Knex.QueryBuilder {
  const select = knex('tokens').where({ user_id: userId });
  if (status !== undefined) void select.where({ status });
  if (keyword !== undefined && keyword !== '') {
    void select.whereRaw(`name ${dialect.likeOperator} ? ESCAPE '!'`, [likePrefix(keyword)]);
  }
  return select;
}

/** More than any balance can be. */
const UNLIMITED = String(Number.MAX_SAFE_INTEGER);

const sortKeys: Readonly<Record<ApiTokenSort, SortKey>> = {
  id: { sql: 'id', kind: 'integer' },
  name: { sql: "COALESCE(name, '')", kind: 'text' },
  remain_quota: {
    sql: `CASE WHEN COALESCE(unlimited_quota, false) THEN ${UNLIMITED} ELSE COALESCE(remain_quota, 0) END`,
    kind: 'integer',
  },
  used_quota: { sql: 'COALESCE(used_quota, 0)', kind: 'integer' },
  accessed_time: { sql: 'COALESCE(accessed_time, 0)', kind: 'integer' },
  expired_time: { sql: 'COALESCE(expired_time, -1)', kind: 'integer' },
};

/** Inserts a token together with the entry of its first balance. */
export async function insertApiToken(
  trx: Knex,
  { dialect, secretBox, clock }: Omit<ApiTokenRepositoryDeps, 'knex'>,
  token: NewApiToken,
): Promise<number> {
  const now = clock.now();
  const keyColumns = toTokenKeyColumns(secretBox, await areSecretsSealed(trx), token.key);
  const id = await dialect.insertRow(trx, 'tokens', {
    user_id: token.userId,
    ...keyColumns,
    status: apiTokenStatuses.enabled,
    name: token.name,
    created_time: Math.floor(now / 1000),
    accessed_time: Math.floor(now / 1000),
    expired_time: token.expiredTime,
    remain_quota: token.remainQuota,
    unlimited_quota: token.unlimitedQuota,
    used_quota: 0,
    models: token.models,
    subnet: token.subnet,
    limits: toLimitsColumn(token.limits),
    loss_policy: token.lossPolicy ?? null,
    ...firstSpendColumns(token.limits, now),
    quota_version: 1,
  });
  if (!token.unlimitedQuota) {
    const reference = `created:token:${id}:${keyColumns.key_hash.slice(0, 12)}`;
    const entry = { reason: 'created', reference, createdBy: token.userId };
    await reconcileAccount(trx, dialect, { kind: 'token', id }, entry, now);
  }
  await stampRecord(trx, { kind: 'token', id });
  return id;
}

/** Leaves what relays need to refuse the key from now on. */
async function removeApiToken(
  trx: Knex,
  { dialect, clock }: ApiTokenRepositoryDeps,
  { id, userId }: { id: number; userId: number },
): Promise<boolean> {
  await dialect.retireId(trx, 'tokens', id);
  const [row] = (await dialect.forUpdate(trx('tokens').where({ id, user_id: userId }))) as Row[];
  if (row === undefined) return false;
  await trx('tokens').where({ id }).delete();
  await trx('removed_tokens').insert({
    token_id: id,
    user_id: userId,
    key_hash: readKeyHash(row),
    removed_at: Math.floor(clock.now() / 1000),
    record_version: await drawRecordVersion(trx),
  });
  return true;
}

async function updateApiToken(
  trx: Knex,
  { dialect, clock }: ApiTokenRepositoryDeps,
  { id, userId, change }: { id: number; userId: number; change: ApiTokenChange },
): Promise<void> {
  const [before] = (await dialect.forUpdate(trx('tokens').where({ id, user_id: userId }))) as Row[];
  if (before === undefined) return;
  const columns = {
    ...toColumns(change),
    ...(change.limits !== undefined &&
      (await spendColumnsFor(trx, { kind: 'token', id }, change.limits, before, clock.now()))),
  };
  if (Object.keys(columns).length === 0) return;
  const wasUnlimited = readBoolean(before['unlimited_quota']);
  const isSwitched = change.unlimitedQuota !== undefined && change.unlimitedQuota !== wasUnlimited;
  // What was spent belongs to a version as the balance does.
  const isNewVersion = isSwitched || 'spend_day' in columns;
  const version = readNumber(before['quota_version']) + 1;
  await trx('tokens')
    .where({ id })
    .update({ ...columns, ...(isNewVersion && { quota_version: version }) });
  if (isSwitched && wasUnlimited) {
    // While it was unlimited its usage was counted, but its balance stood still.
    const reference = `limited:token:${id}:${version}`;
    const entry = { reason: 'limited', reference, createdBy: userId };
    await reconcileAccount(trx, dialect, { kind: 'token', id }, entry, clock.now());
  }
  await stampRecord(trx, { kind: 'token', id });
}

const columnOf = {
  name: 'name',
  status: 'status',
  expiredTime: 'expired_time',
  unlimitedQuota: 'unlimited_quota',
  models: 'models',
  subnet: 'subnet',
  lossPolicy: 'loss_policy',
} as const satisfies Record<Exclude<keyof ApiTokenChange, 'limits'>, string>;

function toColumns({ limits, ...change }: ApiTokenChange): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  if (limits !== undefined) columns['limits'] = toLimitsColumn(limits);
  for (const [field, column] of Object.entries(columnOf)) {
    const value = change[field as keyof typeof columnOf];
    if (value !== undefined) columns[column] = value;
  }
  return columns;
}

function toApiToken(row: Row, secretBox: SecretBox): ApiToken {
  const limits = readLimits(row['limits']);
  const spend = readSpend(row);
  const lossPolicy = readLossPolicy(row['loss_policy']);
  return {
    id: readNumber(row['id']),
    userId: readNumber(row['user_id']),
    key: readTokenKey(secretBox, row),
    status: readNumber(row['status']),
    name: readText(row['name']),
    createdTime: readNumber(row['created_time']),
    accessedTime: readNumber(row['accessed_time']),
    expiredTime: readNumber(row['expired_time']),
    remainQuota: readNumber(row['remain_quota']),
    unlimitedQuota: readBoolean(row['unlimited_quota']),
    usedQuota: readNumber(row['used_quota']),
    models: readNullableText(row['models']),
    subnet: readNullableText(row['subnet']),
    ...(limits !== undefined && { limits }),
    ...(spend !== undefined && { spend }),
    ...(lossPolicy !== undefined && { lossPolicy }),
    quotaVersion: readNumber(row['quota_version']),
  };
}
