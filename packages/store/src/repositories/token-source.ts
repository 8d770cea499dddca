import { readLossPolicy, type TokenRecord, type TokenSource } from '@turnpike/core';
import type { Knex } from 'knex';
import {
  readBoolean,
  readNumber,
  readPaddedText,
  readText,
  type Row,
} from '../schema/read-column.ts';
import { readLimits } from '../schema/request-limits-column.ts';
import { splitList } from '../schema/split-list.ts';

/** Finds a client's token together with its owner. */
export function createTokenSource({ knex }: { knex: Knex }): TokenSource {
  return {
    async findTokenRecord(keyHash, key) {
      const [row] = (await selectRecords(knex).where('t.key_hash', keyHash)) as Row[];
      if (row !== undefined) return toTokenRecord(row);
      return findWithoutHash(knex, keyHash, key);
    },
  };
}

/** Rows that a One API inserted since we filled in the hashes. */
async function findWithoutHash(
  knex: Knex,
  keyHash: string,
  key: string,
): Promise<TokenRecord | undefined> {
  if (key === '') return undefined;
  const rows = (await selectRecords(knex).where('t.key', key).whereNull('t.key_hash')) as Row[];
  // MySQL may compare without regard to case.
  const row = rows.find((candidate) => readPaddedText(candidate['key']) === key);
  if (row === undefined) return undefined;
  await knex('tokens')
    .where({ id: readNumber(row['id']) })
    .whereNull('key_hash')
    .update({ key_hash: keyHash });
  return toTokenRecord(row);
}

function selectRecords(knex: Knex): Knex.QueryBuilder {
  return knex({ t: 'tokens' })
    .join({ u: 'users' }, 'u.id', 't.user_id')
    .select('t.id', 't.key', 't.name', 't.status', 't.expired_time', 't.unlimited_quota')
    .select('t.models', 't.subnet', 't.user_id', 'u.username', 'u.role', 'u.group')
    .select('t.record_version', 't.limits', 't.loss_policy')
    .select({ user_status: 'u.status' })
    .select({ user_record_version: 'u.record_version', user_limits: 'u.limits' });
}

function toTokenRecord(row: Row): TokenRecord {
  const models = splitList(readText(row['models']));
  const apiTokenLimits = readLimits(row['limits']);
  const lossPolicy = readLossPolicy(row['loss_policy']);
  const userLimits = readLimits(row['user_limits']);
  return {
    apiTokenId: readNumber(row['id']),
    apiTokenName: readText(row['name']),
    status: readNumber(row['status']),
    expiredTime: readNumber(row['expired_time']),
    unlimitedQuota: readBoolean(row['unlimited_quota']),
    models: models.length === 0 ? undefined : new Set(models),
    subnets: splitList(readText(row['subnet'])),
    userId: readNumber(row['user_id']),
    username: readText(row['username']),
    userStatus: readNumber(row['user_status']),
    userRole: readNumber(row['role']),
    group: readText(row['group']) || 'default',
    apiTokenRecordVersion: readNumber(row['record_version']),
    userRecordVersion: readNumber(row['user_record_version']),
    ...(apiTokenLimits !== undefined && { apiTokenLimits }),
    ...(lossPolicy !== undefined && { lossPolicy }),
    ...(userLimits !== undefined && { userLimits }),
  };
}
