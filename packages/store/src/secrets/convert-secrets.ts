import { isSecretOption, type SecretBox } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Database } from '../connect.ts';
import { bumpConfigVersion } from '../repositories/config-version.ts';
import { readOptionRows } from '../repositories/option-repository.ts';
import { writeMeta } from '../schema/meta.ts';
import { readPaddedText, readText, type Row } from '../schema/read-column.ts';
import { readTokenKey, toAccessTokenColumns, toTokenKeyColumns } from './key-columns.ts';

/** How many secrets were rewritten. */
export interface SecretsReport {
  apiTokens: number;
  users: number;
  channels: number;
  options: number;
}

interface Rewrite {
  connection: Knex;
  secretBox: SecretBox;
  isSealed: boolean;
}

const PAGE = 500;

/**
 * Seals every secret at rest: keys of tokens and channels, management tokens, secret options. One API can not use the
 * database until `decryptKeys`. All or nothing; again, it seals what is still clear, and what was sealed under a key of
 * before.
 *
 * @throws when the secret box has no key, or a secret was sealed under one that it does not know
 */
export async function encryptKeys(
  database: Pick<Database, 'knex' | 'dialect'>,
  secretBox: SecretBox,
): Promise<SecretsReport> {
  if (!secretBox.isSealed(secretBox.seal('probe'))) {
    throw new Error('ENCRYPTION_KEY must be set to encrypt the secrets of the database.');
  }
  const report = await rewriteSecrets(database, secretBox, true);
  await database.dialect.eraseRemains(database.knex);
  return report;
}

/**
 * Writes every secret in the clear again, as One API reads them. All or nothing.
 *
 * @throws when a secret was sealed with another key
 */
export async function decryptKeys(
  database: Pick<Database, 'knex' | 'dialect'>,
  secretBox: SecretBox,
): Promise<SecretsReport> {
  return rewriteSecrets(database, secretBox, false);
}

function rewriteSecrets(
  { knex, dialect }: Pick<Database, 'knex' | 'dialect'>,
  secretBox: SecretBox,
  isSealed: boolean,
): Promise<SecretsReport> {
  return dialect.inWriteTransaction(knex, async (connection) => {
    const rewrite = { connection, secretBox, isSealed };
    const report = {
      apiTokens: await rewriteRows(rewrite, 'tokens', toApiTokenColumns),
      users: await rewriteRows(rewrite, 'users', toUserColumns),
      channels: await rewriteRows(rewrite, 'channels', toKeyColumn),
      options: await rewriteOptions(rewrite),
    };
    await writeMeta(connection, 'secrets', isSealed ? 'sealed' : 'clear');
    await bumpConfigVersion(connection);
    return report;
  });
}

type ToColumns = (rewrite: Rewrite, row: Row) => Record<string, unknown> | undefined;

async function rewriteRows(rewrite: Rewrite, table: string, toColumns: ToColumns): Promise<number> {
  const { connection } = rewrite;
  let count = 0;
  for (let lastId = 0; ;) {
    const rows = (await connection(table)
      .where('id', '>', lastId)
      .orderBy('id')
      .limit(PAGE)) as (Row & {
      id: number;
    })[];
    const last = rows.at(-1);
    if (last === undefined) return count;
    lastId = last.id;
    for (const row of rows) {
      const columns = toColumns(rewrite, row);
      if (columns === undefined) continue;
      await connection(table).where({ id: row.id }).update(columns);
      count += 1;
    }
  }
}

const toApiTokenColumns: ToColumns = (rewrite, row) => {
  const { secretBox, isSealed } = rewrite;
  if (isDone(rewrite, row['key_cipher'])) return undefined;
  const key = readTokenKey(secretBox, row);
  return key === '' ? undefined : toTokenKeyColumns(secretBox, isSealed, key);
};

const toUserColumns: ToColumns = (rewrite, row) => {
  const { secretBox, isSealed } = rewrite;
  const cipher = row['access_token_cipher'];
  if (isDone(rewrite, cipher)) return undefined;
  const accessToken =
    typeof cipher === 'string' ? secretBox.open(cipher) : readPaddedText(row['access_token']);
  return accessToken === '' ? undefined : toAccessTokenColumns(secretBox, isSealed, accessToken);
};

/** @param cipher null, or undefined, where the secret is in the clear */
function isDone({ secretBox, isSealed }: Rewrite, cipher: unknown): boolean {
  return typeof cipher === 'string' ? isSealed && secretBox.isSealedAnew(cipher) : !isSealed;
}

const toKeyColumn: ToColumns = (rewrite, row) => {
  const value = rewriteText(rewrite, readText(row['key']));
  return value === undefined ? undefined : { key: value };
};

async function rewriteOptions(rewrite: Rewrite): Promise<number> {
  const { connection } = rewrite;
  let count = 0;
  for (const { key, value } of await readOptionRows(connection)) {
    const rewritten = isSecretOption(key) ? rewriteText(rewrite, value ?? '') : undefined;
    if (rewritten === undefined) continue;
    await connection('options').where({ key }).update({ value: rewritten });
    count += 1;
  }
  return count;
}

/** Undefined: it is as it should be. */
function rewriteText({ secretBox, isSealed }: Rewrite, stored: string): string | undefined {
  if (stored === '') return undefined;
  if (isSealed ? secretBox.isSealedAnew(stored) : !secretBox.isSealed(stored)) return undefined;
  const clear = secretBox.open(stored);
  return isSealed ? secretBox.seal(clear) : clear;
}
