import { randomUUID } from 'node:crypto';
import {
  errors,
  redemptionStatuses,
  type Clock,
  type NewRedemption,
  type RedeemResult,
  type Redemption,
  type RedemptionChange,
  type RedemptionFilter,
  type RedemptionRepository,
  type RedemptionSort,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { addQuota } from '../ledger/quota-entries.ts';
import { likePrefix } from '../schema/like-prefix.ts';
import { readPage, type SortKey } from '../schema/read-page.ts';
import { readNumber, readPaddedText, readText, type Row } from '../schema/read-column.ts';
import { refuseTooLong } from '../schema/refuse-too-long.ts';

export interface RedemptionRepositoryDeps {
  knex: Knex;
  dialect: Dialect;
  clock: Clock;
}

/** Codes that are worth quota. */
export function createRedemptionRepository(deps: RedemptionRepositoryDeps): RedemptionRepository {
  const { knex, dialect } = deps;

  async function find(id: number): Promise<Redemption | undefined> {
    const [row] = (await knex('redemptions').where({ id })) as Row[];
    return row && toRedemption(row);
  }

  return {
    find,

    async page(filter, page) {
      const rows = filterRedemptions(deps, filter);
      const found = await readPage({ knex, rows, key: sortKeys[page.sort] }, page);
      return { ...found, rows: found.rows.map(toRedemption) };
    },

    async createMany(redemptions) {
      const ids = await refuseTooLong(dialect, () =>
        dialect.inWriteTransaction(knex, (trx) => insertAll(trx, dialect, redemptions)),
      );
      const rows = (await knex('redemptions').whereIn('id', ids).orderBy('id')) as Row[];
      return rows.map(toRedemption);
    },

    async update(id, change) {
      const columns = toColumns(change);
      if (Object.keys(columns).length > 0)
        await refuseTooLong(dialect, () => knex('redemptions').where({ id }).update(columns));
      return find(id);
    },

    remove: (id) =>
      dialect.inWriteTransaction(knex, async (trx) => {
        await dialect.retireId(trx, 'redemptions', id);
        return (await trx('redemptions').where({ id }).delete()) > 0;
      }),

    removeSpent: (now) =>
      dialect.inWriteTransaction(knex, async (trx) => {
        const [row] = (await trx('redemptions').orderBy('id', 'desc').limit(1)) as { id: number }[];
        if (row !== undefined) await dialect.retireId(trx, 'redemptions', row.id);
        return trx('redemptions')
          .whereIn('status', [redemptionStatuses.disabled, redemptionStatuses.used])
          .orWhere((expired) => {
            void expired.where('expired_time', '>', 0).where('expired_time', '<=', now);
          })
          .delete();
      }),

    redeem: (key, userId) =>
      dialect.inWriteTransaction(knex, (trx) => redeem(trx, deps, { key, userId })),
  };
}

async function insertAll(
  trx: Knex,
  dialect: Dialect,
  redemptions: readonly NewRedemption[],
): Promise<number[]> {
  const ids: number[] = [];
  try {
    for (const redemption of redemptions) {
      const id = await dialect.insertRow(trx, 'redemptions', {
        user_id: redemption.userId,
        key: redemption.key,
        status: redemptionStatuses.unused,
        name: redemption.name,
        quota: redemption.quota,
        created_time: redemption.createdTime,
        redeemed_time: 0,
        used_user_id: 0,
        expired_time: redemption.expiredTime,
      });
      ids.push(id);
    }
  } catch (error) {
    if (!dialect.isUniqueViolation(error)) throw error;
    throw errors.conflict(
      {
        param: 'key',
        reason: 'A redemption code is taken. Try again.',
        reasonZh: '兑换码已存在。请重试。',
      },
      { cause: error },
    );
  }
  return ids;
}

/**
 * The conditional update is what makes a code count once: of several transactions the later ones wait for the row, and
 * then find it used. Always the code before the balance, so that nobody deadlocks.
 */
async function redeem(
  trx: Knex,
  { dialect, clock }: RedemptionRepositoryDeps,
  { key, userId }: { key: string; userId: number },
): Promise<RedeemResult> {
  const rows = (await trx('redemptions').where({ key })) as Row[];
  // MySQL may compare without regard to case.
  const row = rows.find((candidate) => readPaddedText(candidate['key']) === key);
  if (row === undefined) return 'unknown';
  const before = toRedemption(row);
  const now = Math.floor(clock.now() / 1000);
  if (before.expiredTime !== 0 && before.expiredTime <= now) return 'expired';
  const used = { status: redemptionStatuses.used, redeemed_time: now, used_user_id: userId };
  const count = await trx('redemptions')
    .where({ id: before.id, status: redemptionStatuses.unused })
    .update(used);
  if (count === 0) return before.status === redemptionStatuses.disabled ? 'disabled' : 'used';

  // Locked by now, so this is what it is worth, whatever somebody edited a moment ago.
  const [locked] = (await trx('redemptions').where({ id: before.id })) as Row[];
  const redemption = toRedemption(locked ?? row);
  const balance = await addQuota(
    trx,
    dialect,
    {
      account: { kind: 'user', id: userId },
      delta: redemption.quota,
      reason: 'redemption',
      // Not the id alone: an administrator can make a used code valid again.
      reference: `redemption:${redemption.id}:${randomUUID()}`,
      createdBy: userId,
    },
    clock.now(),
  );
  return { redemption, balance };
}

const sortKeys: Readonly<Record<RedemptionSort, SortKey>> = {
  id: { sql: 'id', kind: 'integer' },
  name: { sql: "COALESCE(name, '')", kind: 'text' },
  quota: { sql: 'COALESCE(quota, 0)', kind: 'integer' },
  created_time: { sql: 'COALESCE(created_time, 0)', kind: 'integer' },
  redeemed_time: { sql: 'COALESCE(redeemed_time, 0)', kind: 'integer' },
};

function filterRedemptions(
  { knex, dialect }: RedemptionRepositoryDeps,
  { keyword = '', status }: RedemptionFilter,
): Knex.QueryBuilder {
  const select = knex('redemptions');
  if (status !== undefined) void select.where({ status });
  if (keyword !== '') {
    void select.where((any) => {
      void any.whereRaw(`name ${dialect.likeOperator} ? ESCAPE '!'`, [likePrefix(keyword)]);
      if (/^\d{1,15}$/.test(keyword)) void any.orWhere('id', Number(keyword));
    });
  }
  return select;
}

function toColumns(change: RedemptionChange): Row {
  return {
    ...(change.name !== undefined && { name: change.name }),
    ...(change.quota !== undefined && { quota: change.quota }),
    ...(change.status !== undefined && { status: change.status }),
    ...(change.expiredTime !== undefined && { expired_time: change.expiredTime }),
  };
}

function toRedemption(row: Row): Redemption {
  return {
    id: readNumber(row['id']),
    userId: readNumber(row['user_id']),
    key: readPaddedText(row['key']),
    status: readNumber(row['status']),
    name: readText(row['name']),
    quota: readNumber(row['quota']),
    createdTime: readNumber(row['created_time']),
    redeemedTime: readNumber(row['redeemed_time']),
    usedUserId: readNumber(row['used_user_id']),
    expiredTime: readNumber(row['expired_time']),
  };
}
