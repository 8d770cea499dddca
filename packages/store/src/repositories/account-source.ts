import type { AccountBatch, AccountSource } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readNumber, type Row } from '../schema/read-column.ts';
import {
  selectApiTokens,
  selectRemovedApiTokens,
  selectUsers,
  toApiTokenAccount,
  toRemovedApiToken,
  toUserAccount,
} from './account-row.ts';
import { fillKeyHashes } from './fill-key-hashes.ts';
import { raiseRecordVersions, readRecordVersion, stampForeignRecords } from './record-version.ts';

/** Ids in one statement. */
const IDS_AT_ONCE = 500;

export interface AccountSourceDeps {
  knex: Knex;
  dialect: Dialect;
}

/** Rows of the three tables, before they are accounts. */
interface AccountRows {
  users: readonly Row[];
  apiTokens: readonly Row[];
  removedApiTokens: readonly Row[];
}

/** Users, tokens, and tokens that were removed, as relays of a cluster need them. */
export function createAccountSource({ knex, dialect }: AccountSourceDeps): AccountSource {
  async function toBatch(rows: Partial<AccountRows>): Promise<AccountBatch> {
    const { users = [], apiTokens = [], removedApiTokens = [] } = rows;
    await fillKeyHashes(knex, dialect, apiTokens);
    return {
      users: users.map(toUserAccount),
      apiTokens: apiTokens.map(toApiTokenAccount).filter(({ keyHash }) => keyHash !== ''),
      removedApiTokens: removedApiTokens
        .map(toRemovedApiToken)
        .filter(({ keyHash }) => keyHash !== ''),
    };
  }

  return {
    latestVersion: () => readRecordVersion(knex),

    async readChanges(version, limit) {
      const { rows, ...rest } = await dialect.inReadTransaction(knex, (trx) =>
        readChangedRows(trx, version, limit),
      );
      return { ...(await toBatch(rows)), ...rest };
    },

    async read({ userIds, apiTokenIds }) {
      const users = await readIds(userIds, (ids) => selectUsers(knex).whereIn('a.id', ids));
      const apiTokens = await readIds(apiTokenIds, (ids) =>
        selectApiTokens(knex).whereIn('a.id', ids),
      );
      // Looked for afterwards: a token that goes away in between is then here.
      const present = new Set(apiTokens.map(({ id }) => readNumber(id)));
      const removedApiTokens = await readIds(
        apiTokenIds.filter((id) => !present.has(id)),
        (ids) => selectRemovedApiTokens(knex).whereIn('a.token_id', ids),
      );
      return toBatch({ users, apiTokens, removedApiTokens });
    },

    async *pages(size) {
      for await (const users of readPages(size, () => selectUsers(knex), 'a.id'))
        yield await toBatch({ users });
      for await (const apiTokens of readPages(size, () => selectApiTokens(knex), 'a.id'))
        yield await toBatch({ apiTokens });
      const selectRemoved = (): Knex.QueryBuilder => selectRemovedApiTokens(knex);
      for await (const removedApiTokens of readPages(size, selectRemoved, 'a.token_id'))
        yield await toBatch({ removedApiTokens });
    },

    raiseVersions: (version) =>
      dialect.inWriteTransaction(knex, (trx) => raiseRecordVersions(trx, version)),

    async stampForeign() {
      const isAny = await hasForeign(knex);
      return isAny && dialect.inWriteTransaction(knex, stampForeignRecords);
    },
  };
}

/** By the index of the versions; nothing is locked for it. */
async function hasForeign(knex: Knex): Promise<boolean> {
  for (const table of ['users', 'tokens']) {
    const [row] = (await knex(table).select('id').where({ record_version: 0 }).limit(1)) as Row[];
    if (row !== undefined) return true;
  }
  return false;
}

async function readChangedRows(
  trx: Knex,
  after: number,
  limit: number,
): Promise<{ rows: AccountRows; version: number; isLast: boolean }> {
  const select = async (query: Knex.QueryBuilder): Promise<Row[]> =>
    (await query
      .where('a.record_version', '>', after)
      .orderBy('a.record_version')
      .limit(limit)) as Row[];
  const users = await select(selectUsers(trx));
  const apiTokens = await select(selectApiTokens(trx));
  const removedApiTokens = await select(selectRemovedApiTokens(trx));

  const versions = [...users, ...apiTokens, ...removedApiTokens].map(versionOf);
  versions.sort((a, b) => a - b);
  const isLast = versions.length < limit;
  // Each row has a version of its own. Versions whose row has a newer one by now leave no trace, and need none.
  const version = isLast
    ? Math.max(after, await readRecordVersion(trx))
    : (versions[limit - 1] ?? after);
  const upTo = (row: Row): boolean => versionOf(row) <= version;
  return {
    rows: {
      users: users.filter(upTo),
      apiTokens: apiTokens.filter(upTo),
      removedApiTokens: removedApiTokens.filter(upTo),
    },
    version,
    isLast,
  };
}

function versionOf(row: Row): number {
  return readNumber(row['record_version']);
}

async function readIds(
  ids: readonly number[],
  select: (ids: readonly number[]) => Knex.QueryBuilder,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let start = 0; start < ids.length; start += IDS_AT_ONCE)
    rows.push(...((await select(ids.slice(start, start + IDS_AT_ONCE))) as Row[]));
  return rows;
}

async function* readPages(
  size: number,
  select: () => Knex.QueryBuilder,
  idColumn: string,
): AsyncIterable<Row[]> {
  for (let lastId = 0; ;) {
    const rows = (await select()
      .where(idColumn, '>', lastId)
      .orderBy(idColumn)
      .limit(size)) as Row[];
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < size) return;
    lastId = readNumber(last['id']);
  }
}
