import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hashKey, silentLogger } from '@turnpike/core';
import Sqlite from 'better-sqlite3';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/databases.ts';
import { openStore, type Store } from '../open-store.ts';
import {
  connectPlainly,
  createOneApiDatabase,
  oneApiRows,
} from '../testing/create-one-api-database.ts';
import { createAccounts, makeNewApiToken } from '../testing/make-accounts.ts';
import { testNow, testSecretBox } from '../testing/open-test-store.ts';
import { backupSqlite } from './backup-sqlite.ts';
import { moveDatabase, type MoveReport } from './move-database.ts';

/** What a move from SQLite to another database promises. */
export function describeMove(name: string, kind: 'postgres' | 'mysql'): void {
  describe(`a move to ${name}`, () => {
    let source: TestDatabase;
    let target: TestDatabase;
    let lines: string[];
    /** What somebody else does in the middle of it. */
    let whileMoving: () => void;
    beforeEach(async () => {
      target = await createTestDatabase(kind);
      lines = [];
      whileMoving = () => undefined;
    });
    afterEach(async () => {
      await source.drop();
      await target.drop();
    });

    function move(sqliteFile = source.sqlitePath): Promise<MoveReport> {
      return moveDatabase({
        sqliteFile,
        to: target.dsn,
        logger: silentLogger,
        now: testNow,
        print(line) {
          lines.push(line);
          whileMoving();
        },
      });
    }

    async function useStore<T>(
      place: TestDatabase,
      work: (store: Store) => Promise<T>,
    ): Promise<T> {
      const { dsn, sqlitePath } = place;
      const store = await openStore(
        { sqlDsn: dsn, logSqlDsn: '', sqlitePath, migrates: true },
        {
          secretBox: testSecretBox,
          clock: { now: () => testNow },
          logger: silentLogger,
          isConsumptionLogged: () => true,
        },
      );
      try {
        return await work(store);
      } finally {
        await store.close();
      }
    }

    /** A source with rows in every table. */
    async function createSource(): Promise<{ key: string }> {
      source = await createTestDatabase('sqlite');
      const key = 'k'.repeat(40);
      await useStore(source, async (store) => {
        await store.seedRoot({ passwordHash: '$2a$10$hash', now: testNow });
        const { user, makeEvent } = await createAccounts(store, { apiToken: { key } });
        await store.ledgerRepository.applyUsage([
          makeEvent({ quota: 7, billedModel: 'gpt-4o' }),
          makeEvent({ quota: 9, billedModel: 'GPT-4o' }),
          makeEvent({ quota: 1, billedModel: '模型 😀 \uFFFD' }),
        ]);
        await store.options.set({ SMTPToken: 'mail-password', Notice: 'a'.repeat(100_000) });
        // The last id of a table is given out again by SQLite alone, not by us, and not by the target.
        const gone = await store.apiTokens.create(makeNewApiToken({ userId: user.id }));
        await store.apiTokens.remove(gone.id, user.id);
        await store.channels.createMany([{ key: 'sk-second', name: 'second', weight: 3 }]);
        await store.channels.recordBalance(2, { balance: 12.345678901, balanceUpdatedTime: 5 });
      });
      changeSource((db) => {
        const tables = db
          .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
          .pluck()
          .all();
        for (const table of tables.filter((each) => !each.startsWith('sqlite_'))) fill(db, table);
      });
      return { key };
    }

    function changeSource(change: (db: Sqlite.Database) => void): void {
      const db = new Sqlite(source.sqlitePath, { timeout: 0 });
      try {
        change(db);
      } finally {
        db.close();
      }
    }

    async function readTarget(table: string): Promise<Record<string, unknown>[]> {
      const knex = connectPlainly(kind, target);
      try {
        return await knex(table).select<Record<string, unknown>[]>();
      } finally {
        await knex.destroy();
      }
    }

    it('takes every row of every table along, and what is sealed opens with the same key', async () => {
      const { key } = await createSource();

      const report = await move();

      expect(report).toMatchObject({ isNew: true, leftBehind: [] });
      const counts: Record<string, [number, number]> = {};
      const db = new Sqlite(source.sqlitePath, { readonly: true });
      for (const table of await listTables(kind, target)) {
        const { count } = db.prepare(`SELECT COUNT(*) AS count FROM ${table}`).get() as {
          count: number;
        };
        if (!table.startsWith('turnpike_'))
          counts[table] = [count, (await readTarget(table)).length];
      }
      db.close();
      expect(Object.values(counts).every(([from, to]) => from > 0 && from === to)).toBe(true);
      expect(report.rows).toBe(Object.values(counts).reduce((sum, [from]) => sum + from, 0));

      await useStore(target, async (store) => {
        expect(await store.users.findForLogin('root')).toMatchObject({
          passwordHash: '$2a$10$hash',
          user: { id: 1, quota: 500_000_000_000_000 },
        });
        expect((await store.tokenSource.findTokenRecord(hashKey(key), key))?.apiTokenId).toBe(1);
        expect(await store.channels.find(2)).toMatchObject({
          key: 'sk-second',
          weight: 3,
          balance: 12.345678901,
        });
        expect(await store.options.all()).toMatchObject({
          SMTPToken: 'mail-password',
          Notice: 'a'.repeat(100_000),
        });
        const { mismatches, rollUpQuota } = await store.ledgerRepository.verify();
        expect([mismatches, rollUpQuota >= 17]).toEqual([[], true]);
        const logged = await store.requestLogs.list({}, { offset: 0, limit: 10 });
        expect(logged.map((row) => row.model_name)).toContain('模型 😀 \uFFFD');
      });
    });

    it('takes the id of the database along, so that the Redis of a cluster goes on with it', async () => {
      await createSource();
      const id = await useStore(source, async (store) => store.databaseId);
      // One that was migrated before has an id of its own, which goes.
      await useStore(target, () => Promise.resolve());
      await move();
      expect(await useStore(target, async (store) => store.databaseId)).toBe(id);
    });

    it('lets new ids begin behind every id that was ever given out', async () => {
      await createSource();
      changeSource((db) => db.exec("DELETE FROM quota_entries WHERE account_kind = 'none'"));
      await move();

      await useStore(target, async (store) => {
        const token = await store.apiTokens.create(makeNewApiToken({ userId: 1 }));
        expect(token.id).toBe(3); // 2 was removed
        const [channel] = await store.channels.createMany([{ key: 'sk', name: 'third' }]);
        expect(channel?.id).toBe(3);
      });
    });

    it.each(['current', 'old'] as const)('moves an adopted One API database (%s)', async (age) => {
      source = await createOneApiDatabase('sqlite', age);
      await useStore(source, () => Promise.resolve());

      await move();

      const meta = await readTarget('turnpike_meta');
      expect(Object.fromEntries(meta.map((row) => [row['name'], row['value']]))).toMatchObject({
        origin: 'adopted',
        secrets: 'clear',
      });
      await useStore(target, async (store) => {
        const { key, id } = oneApiRows.tokens[0];
        expect((await store.tokenSource.findTokenRecord(hashKey(key), key))?.apiTokenId).toBe(id);
        expect(await store.users.findById(7)).toMatchObject({ username: '用户', quota: -250 });
        expect(await store.users.findById(9)).toMatchObject({ quota: 0, role: 0 });
        expect(await store.channels.find(3)).toMatchObject({ key: 'azure-key', balance: 1.25 });
        expect((await store.options.all())['SMTPToken']).toBe('mail-password');
        expect((await store.ledgerRepository.verify()).mismatches).toEqual([]);
        const [channel] = await store.channels.createMany([{ key: 'sk-new', name: 'new' }]);
        expect(channel?.id).toBe(9);
      });
      const [row] = (await readTarget('channels')).filter(({ id }) => Number(id) === 9);
      expect(row?.['key']).toBe('sk-new'); // still in the clear
    });

    it('says that it was done, and writes nothing more, when it is started again', async () => {
      await createSource();
      await move();
      const before = await readTarget('logs');

      expect(await move()).toMatchObject({ isNew: false });
      expect(await readTarget('logs')).toEqual(before);
    });

    it('only reads the source', async () => {
      await createSource();
      const before = readContents(source.sqlitePath);
      await move();

      expect(readContents(source.sqlitePath)).toEqual(before);
    });

    it('refuses a source that anybody has open, and keeps everybody else out of it', async () => {
      await createSource();
      await useStore(source, async () => {
        await expect(move()).rejects.toThrow(`${source.sqlitePath} is in use. Stop the gateway`);
      });

      let refusal: unknown;
      whileMoving = () => {
        refusal = tryToOpen(source.sqlitePath);
      };
      await move();
      expect(refusal).toMatchObject({ code: 'SQLITE_BUSY' });
    });

    it('lists every value that does not fit with its table, row and column, and moves nothing', async () => {
      await createSource();
      changeSource((db) => {
        db.exec("UPDATE users SET quota = 'plenty', used_quota = 1.5 WHERE id = 2");
        db.exec("UPDATE channels SET weight = -1, name = CAST(x'61ff62' AS TEXT) WHERE id = 1");
        db.exec(`UPDATE users SET "group" = '${'g'.repeat(33)}' WHERE id = 1`);
        db.exec("UPDATE options SET value = x'0001' WHERE key = 'Notice'");
        db.exec("UPDATE tokens SET unlimited_quota = 5, name = 'a' || char(0) || 'b' WHERE id = 1");
        db.exec('DELETE FROM quota_entries; DELETE FROM usage_hourly');
        db.exec('UPDATE users SET quota = 0 WHERE id <> 2; UPDATE tokens SET remain_quota = 0');
      });

      const text = await move().then(
        () => '',
        (error: unknown) => (error as Error).message,
      );

      for (const part of [
        'users, id 2, column quota: holds text where an integer belongs',
        'users, id 2, column used_quota: holds a number that is no integer',
        'users, id 1, column group: is 33 characters long; 32 fit',
        'channels, id 1, column name: holds text that is not valid UTF-8',
        'options, key Notice, column value: holds binary data',
        'tokens, id 1, column unlimited_quota: holds neither true nor false',
        ...(kind === 'mysql'
          ? ['channels, id 1, column weight: holds an integer outside 0 to 18446744073709551615']
          : ['tokens, id 1, column name: holds a NUL character']),
      ]) {
        expect(text).toContain(part);
      }
      expect(await readTarget('users')).toEqual([]);
    });

    it('goes on with the same target when the values were corrected', async () => {
      await createSource();
      changeSource((db) => db.exec('UPDATE tokens SET unlimited_quota = 5 WHERE id = 1'));
      await expect(move()).rejects.toThrow('column unlimited_quota');
      changeSource((db) => db.exec('UPDATE tokens SET unlimited_quota = 0 WHERE id = 1'));

      expect(await move()).toMatchObject({ isNew: true });
    });

    it('names the row that contradicts an index of the target', async () => {
      await createSource();
      changeSource((db) => {
        db.exec('DROP INDEX idx_tokens_key_hash');
        db.exec(
          "INSERT INTO tokens (id, user_id, key, key_hash, unlimited_quota) SELECT 50, 1, 'other', key_hash, 1 FROM tokens WHERE id = 1",
        );
      });

      await expect(move()).rejects.toThrow(
        'The other database refuses a row: tokens, id 50, column key_hash: another row has the same value there',
      );
    });

    it('tells names that differ in case only apart, or names the one that the target cannot', async () => {
      await createSource();
      changeSource((db) => {
        db.exec(
          "INSERT INTO users (id, username, password, quota, aff_code) VALUES (60, 'ROOT', 'x', 0, 'R')",
        );
        db.exec("INSERT INTO options (key, value) VALUES ('notice', 'y')");
      });

      if (kind === 'postgres') await expect(move()).resolves.toMatchObject({ isNew: true });
      else {
        await expect(move()).rejects.toThrow(
          'options, key notice, column key: another row has the same value there, or one that this database takes for the same',
        );
      }
    });

    it('names a row that the target refuses for reasons of its own, and shows no value of it', async () => {
      const { key } = await createSource();
      await useStore(target, () => Promise.resolve());
      const knex = connectPlainly(kind, target);
      await knex.raw('ALTER TABLE tokens ADD CONSTRAINT small CHECK (user_id < 2)');
      await knex.destroy();
      changeSource((db) => db.prepare('UPDATE tokens SET name = ?').run(`secret ${key}`));

      const error: unknown = await move().catch((thrown: unknown) => thrown);
      expect((error as Error).message).toMatch(
        /^The other database refuses a row: tokens, id 1: .*small.* Correct it/,
      );
      expect(inspect(error, { depth: 9 })).not.toContain(key);
    });

    it('moves a backup too, which has no log beside it', async () => {
      await createSource();
      const copy = `${source.sqlitePath}.copy`;
      await backupSqlite(source.sqlitePath, copy);
      const file = new Sqlite(copy, { timeout: 0 });

      expect(file.pragma('journal_mode', { simple: true })).toBe('delete');
      file.exec('BEGIN IMMEDIATE');
      await expect(move(copy)).rejects.toThrow(`${copy} is in use`);
      file.close();
      let refusal: unknown;
      whileMoving = () => {
        refusal = tryToOpen(copy);
      };
      expect(await move(copy)).toMatchObject({ isNew: true });
      expect(refusal).toMatchObject({ code: 'SQLITE_BUSY' });
    });

    it('refuses a source that this version has not migrated, or a newer one has', async () => {
      source = await createOneApiDatabase('sqlite');
      await expect(move()).rejects.toThrow('Run turnpike migrate first');
      await useStore(source, () => Promise.resolve());
      changeSource((db) => db.exec("INSERT INTO turnpike_migrations VALUES ('29990101_x', 1)"));

      await expect(move()).rejects.toThrow('opened by a newer version');
    });

    it('leaves what it does not know behind, and says so', async () => {
      await createSource();
      changeSource((db) =>
        db.exec('CREATE TABLE notes (a); ALTER TABLE users ADD COLUMN hobby text'),
      );

      expect((await move()).leftBehind).toEqual(['notes', 'users.hobby']);
      expect(lines.join()).toContain('left behind: users.hobby');
    });

    it('refuses a ledger that is not sound', async () => {
      await createSource();
      changeSource((db) => db.exec('UPDATE users SET quota = quota + 5 WHERE id = 1'));

      await expect(move()).rejects.toThrow(
        /The ledger of the source is not sound: user 1 .*book-external-changes/,
      );
    });

    it('refuses a target that somebody uses', async () => {
      await createSource();
      await useStore(target, (store) => store.seedRoot({ passwordHash: 'x', now: testNow }));

      await expect(move()).rejects.toThrow(
        /this database is not empty \(there are rows in [a-z_]+\)/,
      );
    });

    it("refuses a target with somebody else's tables", async () => {
      await createSource();
      const knex = connectPlainly(kind, target);
      await knex.raw('CREATE TABLE invoices (id integer)');
      await knex.destroy();

      await expect(move()).rejects.toThrow('not empty (it has the table invoices)');
    });

    it('takes a target that was migrated and never used', async () => {
      await createSource();
      await useStore(target, () => Promise.resolve());

      expect(await move()).toMatchObject({ isNew: true });
    });

    it('refuses to mix two sources, or two states of one', async () => {
      await createSource();
      await move();
      changeSource((db) => db.exec("UPDATE options SET value = 'x' WHERE key = 'Notice'"));

      await expect(move()).rejects.toThrow('a move into this database is done already');
      await setState(kind, target, 'started');
      await expect(move()).rejects.toThrow('was started from another source, or the source has');
    });

    it('lets no gateway use a target that has a part of the rows only', async () => {
      await createSource();
      await move();
      await setState(kind, target, 'started');

      await expect(useStore(target, () => Promise.resolve())).rejects.toThrow(
        'SQL_DSN: a move into this database has not ended.',
      );
    });

    it('notices when the target is not what the source is', async () => {
      await createSource();
      await move();
      await setState(kind, target, 'started');
      const knex = connectPlainly(kind, target);
      await knex('logs').where({ id: 1 }).update({ quota: 8 });
      await knex('options').where({ key: 'Notice' }).update({ value: 'other' });
      await knex('abilities').where({ channel_id: 1 }).delete();
      await knex('turnpike_meta').insert({
        name: 'move-position',
        value: '{"table":"users","after":["999"]}',
      });
      await knex.destroy();

      const text = await move().then(
        () => '',
        (error: unknown) => (error as Error).message,
      );
      expect(text).toContain('logs: Σ quota is ');
      expect(text).toContain('options: the contents differ');
      expect(text).toMatch(/abilities: 2 rows in the source, 1 in the target/);
    });
  });
}

/** A row where there is none, with something in every column. */
function fill(db: Sqlite.Database, table: string): void {
  if (db.prepare(`SELECT 1 FROM ${table}`).get() !== undefined) return;
  const columns = db.pragma(`table_info(${table})`) as { name: string; type: string }[];
  const names = columns.map(({ name }) => `"${name}"`).join(',');
  const values = columns.map(({ type }) =>
    /int/i.test(type) ? 1 : /numeric|bool/i.test(type) ? 0 : 'x',
  );
  db.prepare(`INSERT INTO ${table} (${names}) VALUES (${values.map(() => '?').join(',')})`).run(
    values,
  );
}

/** What a gateway that is started now would meet. */
function tryToOpen(file: string): unknown {
  const db = new Sqlite(file, { timeout: 0 });
  try {
    return db.prepare('SELECT * FROM users').all();
  } catch (error) {
    return error;
  } finally {
    db.close();
  }
}

function readContents(file: string): unknown {
  const db = new Sqlite(file, { readonly: true });
  try {
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all();
    return tables.map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all()]);
  } finally {
    db.close();
  }
}

async function listTables(kind: 'postgres' | 'mysql', place: TestDatabase): Promise<string[]> {
  const knex = connectPlainly(kind, place);
  try {
    const schema = kind === 'postgres' ? 'current_schema()' : 'DATABASE()';
    const rows = await knex('information_schema.tables')
      .select<{ name: string }[]>({ name: 'table_name' })
      .whereRaw(`table_schema = ${schema}`);
    return rows.map(({ name }) => name);
  } finally {
    await knex.destroy();
  }
}

/** As after a kill just before the end. */
async function setState(
  kind: 'postgres' | 'mysql',
  place: TestDatabase,
  state: string,
): Promise<void> {
  const knex = connectPlainly(kind, place);
  try {
    const rows = (await knex('turnpike_meta').where({ name: 'move' })) as { value: string }[];
    const value = JSON.stringify({ ...(JSON.parse(rows[0]!.value) as object), state });
    await knex('turnpike_meta').where({ name: 'move' }).update({ value });
  } finally {
    await knex.destroy();
  }
}
