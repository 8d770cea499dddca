import {
  readLossPolicy,
  type ApiTokenAccount,
  type PeriodSpend,
  type RemovedApiToken,
  type UserAccount,
} from '@turnpike/core';
import type { Knex } from 'knex';
import { readSpend } from '../schema/period-spend-columns.ts';
import { readBoolean, readNumber, readText, type Row } from '../schema/read-column.ts';
import { readLimits } from '../schema/request-limits-column.ts';
import { splitList } from '../schema/split-list.ts';
import { readKeyHash } from '../secrets/key-columns.ts';

export function selectUsers(connection: Knex): Knex.QueryBuilder {
  return connection({ a: 'users' })
    .select('a.id', 'a.username', 'a.role', 'a.status', 'a.group', 'a.limits')
    .select('a.quota', 'a.quota_version', 'a.record_version')
    .select('a.spend_day', 'a.day_spend', 'a.month_spend');
}

/** Tokens that belong to somebody: a key without an owner opens nothing. */
export function selectApiTokens(connection: Knex): Knex.QueryBuilder {
  return connection({ a: 'tokens' })
    .join({ u: 'users' }, 'u.id', 'a.user_id')
    .select('a.id', 'a.user_id', 'a.key', 'a.key_hash', 'a.key_cipher', 'a.name', 'a.status')
    .select('a.expired_time', 'a.unlimited_quota', 'a.models', 'a.subnet', 'a.limits')
    .select('a.loss_policy')
    .select('a.remain_quota', 'a.quota_version', 'a.record_version')
    .select('a.spend_day', 'a.day_spend', 'a.month_spend');
}

export function selectRemovedApiTokens(connection: Knex): Knex.QueryBuilder {
  return connection({ a: 'removed_tokens' })
    .select({ id: 'a.token_id' })
    .select('a.user_id', 'a.key_hash', 'a.record_version');
}

export function toUserAccount(row: Row): UserAccount {
  return {
    id: readNumber(row['id']),
    username: readText(row['username']),
    role: readNumber(row['role']),
    status: readNumber(row['status']),
    group: readText(row['group']) || 'default',
    limits: readLimits(row['limits']),
    quota: readNumber(row['quota']),
    quotaVersion: readNumber(row['quota_version']),
    ...readSpendIfAny(row),
    recordVersion: readNumber(row['record_version']),
  };
}

export function toApiTokenAccount(row: Row): ApiTokenAccount {
  const models = splitList(readText(row['models']));
  return {
    id: readNumber(row['id']),
    userId: readNumber(row['user_id']),
    keyHash: readKeyHash(row),
    name: readText(row['name']),
    status: readNumber(row['status']),
    expiredTime: readNumber(row['expired_time']),
    unlimitedQuota: readBoolean(row['unlimited_quota']),
    models: models.length === 0 ? undefined : models,
    subnets: splitList(readText(row['subnet'])),
    limits: readLimits(row['limits']),
    lossPolicy: readLossPolicy(row['loss_policy']),
    quota: readNumber(row['remain_quota']),
    quotaVersion: readNumber(row['quota_version']),
    ...readSpendIfAny(row),
    recordVersion: readNumber(row['record_version']),
  };
}

function readSpendIfAny(row: Row): { spend?: PeriodSpend } {
  const spend = readSpend(row);
  return spend === undefined ? {} : { spend };
}

export function toRemovedApiToken(row: Row): RemovedApiToken {
  return {
    id: readNumber(row['id']),
    userId: readNumber(row['user_id']),
    keyHash: readText(row['key_hash']),
    recordVersion: readNumber(row['record_version']),
  };
}
