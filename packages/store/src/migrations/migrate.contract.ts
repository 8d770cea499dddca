import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecretBox, hashKey, silentLogger } from '@turnpike/core';
import {
  createTestDatabase,
  type DatabaseKind,
  type TestDatabase,
} from '../../../../test/support/databases.ts';
import { openDatabase, type Database } from '../connect.ts';
import { openStore, type Store } from '../open-store.ts';
import {
  connectPlainly,
  createOneApiDatabase,
  oneApiRows,
  type OneApiTable,
} from '../testing/create-one-api-database.ts';
import { testEncryptionKey, testNow, testSecretBox } from '../testing/open-test-store.ts';
import { readDatabaseId } from '../schema/database-id.ts';
import { migrations } from './index.ts';
import { isMigrated, migrate } from './migrate.ts';

const names = migrations.map(({ name }) => name);
const tables = Object.keys(oneApiRows) as OneApiTable[];

/** Every promise of the migrations: on nothing, on a One API's database, on an old one, interrupted, twice at once. */
export function describeMigrations(name: string, kind: DatabaseKind): void {
  describe(`migrations (${name})`, () => {
    let place: TestDatabase;
    let opened: Database[];

    beforeEach(() => {
      opened = [];
    });
    afterEach(async () => {
      for (const database of opened) await database.close();
      await place.drop();
    });

    async function open(): Promise<Database> {
      const { dsn, sqlitePath } = place;
      const database = await openDatabase({ variable: 'SQL_DSN', dsn, sqlitePath });
      opened.push(database);
      return database;
    }

    async function useStore<T>(
      work: (store: Store) => Promise<T>,
      secretBox = testSecretBox,
    ): Promise<T> {
      const store = await openStore(
        { sqlDsn: place.dsn, logSqlDsn: '', sqlitePath: place.sqlitePath, migrates: true },
        {
          secretBox,
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

    async function readTables(): Promise<Record<string, unknown[]>> {
      const knex = connectPlainly(kind, place);
      try {
        const contents: Record<string, unknown[]> = {};
        for (const table of tables) {
          contents[table] = (await knex(table).orderBy(
            'id' in oneApiRows[table][0] ? 'id' : 1,
          )) as unknown[];
        }
        return contents;
      } finally {
        await knex.destroy();
      }
    }

    async function readSchema(database: Database): Promise<Record<string, unknown>> {
      const schema: Record<string, unknown> = {};
      for (const table of [...tables, 'usage_requests', 'quota_entries', 'usage_hourly']) {
        const indexes = await database.dialect.listIndexes(database.knex, table);
        schema[table] = {
          columns: Object.keys(await database.knex(table).columnInfo()).sort(),
          indexes: indexes.map(({ name: index }) => index).sort(),
        };
      }
      return schema;
    }

    it('creates everything on an empty database, and does nothing the second time', async () => {
      place = await createTestDatabase(kind);
      const database = await open();
      expect(await isMigrated(database)).toBe(false);

      const first = await migrate(database);
      const second = await migrate(database);

      expect(first).toEqual({ origin: 'created', applied: names, copy: undefined });
      expect(second).toEqual({ origin: 'created', applied: [], copy: undefined });
      expect(await isMigrated(database)).toBe(true);
    });

    it.each(['current', 'old'] as const)('adopts a One API database in place (%s)', async (age) => {
      place = await createOneApiDatabase(kind, age);
      const before = await readTables();

      const report = await migrate(await open(), { now: testNow });

      expect(report).toMatchObject({ origin: 'adopted', applied: names });
      const after = await readTables();
      for (const table of tables) {
        const original = after[table]!.map((row, index) =>
          pickLike(row as object, before[table]![index] as object),
        );
        expect(original).toEqual(before[table]!.map(withMoment));
      }
    });

    it.each(['current', 'old'] as const)('works on what it adopted (%s)', async (age) => {
      place = await createOneApiDatabase(kind, age);
      const [limited, unlimited] = oneApiRows.tokens;

      await useStore(async (store) => {
        expect(await store.users.findForLogin('用户')).toMatchObject({
          passwordHash: oneApiRows.users[1].password,
          user: { id: 7, role: 1, status: 1, quota: -250, group: 'vip', inviterId: 1 },
        });
        expect(await store.users.findById(9)).toMatchObject({
          role: 0,
          quota: 0,
          group: 'default',
        });
        const { access_token: accessToken } = oneApiRows.users[0];
        expect((await store.users.findByAccessToken(accessToken))?.id).toBe(1);
        for (const { key, id } of [limited, unlimited]) {
          const record = await store.tokenSource.findTokenRecord(hashKey(key), key);
          expect(record?.apiTokenId).toBe(id);
        }
        expect((await store.apiTokens.find(2, 7))?.key).toBe('shortkey');
        expect(await store.channels.find(3)).toMatchObject({ key: 'azure-key', balance: 1.25 });
        expect(await store.options.all()).toEqual({
          ModelRatio: '{"gpt-4o":1.25}',
          SMTPToken: 'mail-password',
          Unknown: '',
        });
        const snapshot = await store.configRepository.readSnapshot();
        expect(snapshot.channels[0]).toMatchObject({
          models: ['gpt-4o', 'gpt-4o-mini'],
          groups: ['default', 'vip'],
          other: '2023-05-15',
          sealedKey: expect.stringMatching(/^enc:v1:/),
        });
        expect(await store.requestLogs.list({}, { offset: 0, limit: 10 })).toHaveLength(2);
        expect(await store.ledgerRepository.verify()).toMatchObject({
          usersChecked: 3,
          apiTokensChecked: 2,
          mismatches: [],
          requestsWithoutLog: 0,
        });
      });
    });

    it('creates rows in the clear where it adopted, with ids that are free', async () => {
      place = await createOneApiDatabase(kind);

      await useStore(async (store) => {
        const [channel] = await store.channels.createMany([{ key: 'sk-new', name: 'new' }]);
        expect(channel?.id).toBe(9);
        const token = await store.apiTokens.create({
          userId: 1,
          key: 'k'.repeat(48),
          name: 'new',
          expiredTime: -1,
          remainQuota: 5,
          unlimitedQuota: false,
          models: null,
          subnet: null,
        });
        expect(token.id).toBe(41);
        expect((await store.ledgerRepository.verify()).mismatches).toEqual([]);
      });

      const rows = await readTables();
      expect(rows['tokens']!.at(-1)).toMatchObject({ key: 'k'.repeat(48), key_cipher: null });
      expect(rows['channels']!.at(-1)).toMatchObject({ key: 'sk-new' });
    });

    it('lets a One API go on writing, and takes over what it wrote', async () => {
      place = await createOneApiDatabase(kind);
      await migrate(await open());
      const knex = connectPlainly(kind, place);
      await knex('users').insert({
        id: 20,
        username: 'late',
        password: 'x',
        quota: 70,
        aff_code: 'q',
      });
      await knex('tokens').insert({
        id: 50,
        user_id: 20,
        key: 'latekey',
        remain_quota: 8,
        status: 1,
      });
      await knex('logs').insert({ id: 30, user_id: 20, type: 2, content: 'x', quota: 2 });
      await knex('users').where({ id: 1 }).decrement('quota', 5);
      await knex.destroy();

      await useStore(async (store) => {
        const key = 'latekey';
        expect((await store.tokenSource.findTokenRecord(hashKey(key), key))?.userId).toBe(20);
        expect((await store.ledgerRepository.verify()).mismatches).toHaveLength(3);
        expect(await store.bookExternalChanges()).toHaveLength(3);
        expect((await store.ledgerRepository.verify()).mismatches).toEqual([]);
      });
    });

    it('makes of an old database what it makes of nothing', async () => {
      place = await createOneApiDatabase(kind, 'old');
      const adopted = await open();
      await migrate(adopted);
      const schema = await readSchema(adopted);
      await adopted.close();
      opened = [];
      await place.drop();

      place = await createTestDatabase(kind);
      const created = await open();
      await migrate(created);

      expect(schema).toEqual(await readSchema(created));
    });

    it.each(['empty', 'adopted'] as const)('is safe twice at once (%s)', async (state) => {
      place = await (state === 'empty' ? createTestDatabase(kind) : createOneApiDatabase(kind));
      const databases = [await open(), await open(), await open()];

      const reports = await Promise.all(databases.map((database) => migrate(database)));

      const ids = await Promise.all(databases.map(({ knex }) => readDatabaseId(knex)));
      expect(new Set(ids).size).toBe(1);
      const applied = reports.map((report) => report.applied.length).sort((a, b) => a - b);
      expect(applied).toEqual([0, 0, names.length]);
      expect(new Set(reports.map(({ origin }) => origin)).size).toBe(1);
    });

    it('goes on after it was killed between two steps', async () => {
      place = await createOneApiDatabase(kind);
      const database = await open();
      await migrate(database, { now: testNow });
      await database.knex('turnpike_migrations').delete();
      const before = (await database.knex('quota_entries')) as unknown[];

      const report = await migrate(database, { now: testNow + 1000 });

      expect(report).toMatchObject({ origin: 'adopted', applied: names });
      expect(await database.knex('quota_entries')).toEqual(before);
    });

    it('gives a database an id that no other has, and that stays whatever happens to it', async () => {
      place = await createOneApiDatabase(kind);
      const database = await open();
      await migrate(database);
      const id = await readDatabaseId(database.knex);
      expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

      await database.knex('turnpike_migrations').delete(); // as after a kill between two steps
      await migrate(database);
      await useStore(async (store) => expect(store.databaseId).toBe(id));

      await database.close();
      opened = [];
      await place.drop();
      place = await createTestDatabase(kind);
      expect(await useStore(async (store) => store.databaseId)).not.toBe(id);
    });

    it('says what to do where the id was removed', async () => {
      place = await createTestDatabase(kind);
      const database = await open();
      await migrate(database);
      await database.knex('turnpike_meta').where({ name: 'database-id' }).delete();
      await expect(useStore(() => Promise.resolve())).rejects.toThrow(
        'SQL_DSN: the row database-id of the table turnpike_meta is gone. Put it back',
      );
    });

    it('seals every secret of an adopted database when it is told to, and unseals it again', async () => {
      place = await createOneApiDatabase(kind);
      const { key } = oneApiRows.tokens[0];
      const { access_token: accessToken } = oneApiRows.users[0];
      await migrate(await open());
      const before = await readTables();

      await useStore(async (store) => {
        const report = { apiTokens: 3, users: 2, channels: 2, options: 1 };
        expect(await store.encryptKeys()).toEqual(report);
        expect(await store.encryptKeys()).toEqual({
          apiTokens: 0,
          users: 0,
          channels: 0,
          options: 0,
        });

        const sealed = JSON.stringify(await readTables());
        for (const secret of [key, accessToken, 'azure-key', 'mail-password', 'shortkey']) {
          expect(sealed).not.toContain(secret);
        }
        const record = await store.tokenSource.findTokenRecord(hashKey(key), key);
        expect(record?.apiTokenId).toBe(1);
        expect((await store.apiTokens.find(1, 1))?.key).toBe(key);
        expect((await store.users.findByAccessToken(accessToken))?.id).toBe(1);
        expect((await store.channels.find(3))?.key).toBe('azure-key');
        expect((await store.options.all())['SMTPToken']).toBe('mail-password');

        expect(await store.decryptKeys()).toEqual(report);
      });

      expect(await readTables()).toEqual(before);
    });

    it('seals every secret anew when its key was changed, after which the old one is not needed', async () => {
      place = await createOneApiDatabase(kind);
      const { key } = oneApiRows.tokens[0];
      const { access_token: accessToken } = oneApiRows.users[0];
      const report = { apiTokens: 3, users: 2, channels: 2, options: 1 };
      const now = 'the key of today, long enough';
      await useStore(async (store) => {
        expect(await store.encryptKeys()).toEqual(report);
      });

      await expect(
        useStore((store) => store.encryptKeys(), createSecretBox(now)),
      ).rejects.toThrow();
      await useStore(
        async (store) => {
          expect(await store.encryptKeys()).toEqual(report);
          const none = { apiTokens: 0, users: 0, channels: 0, options: 0 };
          expect(await store.encryptKeys()).toEqual(none);
        },
        createSecretBox(now, [testEncryptionKey]),
      );

      await useStore(async (store) => {
        expect((await store.apiTokens.find(1, 1))?.key).toBe(key);
        expect((await store.users.findByAccessToken(accessToken))?.id).toBe(1);
        expect((await store.channels.find(3))?.key).toBe('azure-key');
        expect((await store.options.all())['SMTPToken']).toBe('mail-password');
      }, createSecretBox(now));
    });

    it('creates root once, with a balance that is in the ledger', async () => {
      place = await createTestDatabase(kind);
      const seed = { passwordHash: '$2a$10$hash', now: testNow, initialRootToken: 'rootkey' };

      await useStore(async (store) => {
        const made = await Promise.all([1, 2, 3, 4].map(() => store.seedRoot(seed)));
        expect(made.filter(Boolean)).toHaveLength(1);
        expect(await store.seedRoot(seed)).toBe(false);

        expect(await store.users.findForLogin('root')).toMatchObject({
          passwordHash: '$2a$10$hash',
          user: { id: 1, role: 100, displayName: 'Root User', quota: 500_000_000_000_000 },
        });
        const [token] = await store.apiTokens.list({ userId: 1, offset: 0, limit: 5 });
        expect(token).toMatchObject({
          id: 1,
          key: 'rootkey',
          name: 'Initial Root Token',
          unlimitedQuota: true,
          remainQuota: 500_000_000_000_000,
        });
        expect((await store.ledgerRepository.verify()).mismatches).toEqual([]);
      });
    });

    it('forgets request ids after 35 days only', async () => {
      place = await createTestDatabase(kind);
      const database = await open();
      await migrate(database);
      const day = 86_400_000;
      for (const age of [1, 34, 36, 400]) {
        const at = testNow - age * day;
        const hex = at.toString(16).padStart(12, '0');
        await database.knex('usage_requests').insert({
          request_id: `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`,
          charged: age,
          kind: 'real',
          applied_at: Math.floor(at / 1000),
        });
      }

      await useStore(async (store) => {
        expect(await store.pruneUsageRequests()).toBe(2);
      });

      const kept = await database.knex('usage_requests').select<{ charged: number }[]>('charged');
      expect(kept.map(({ charged }) => charged).sort((a, b) => a - b)).toEqual([1, 34]);
    });
  });
}

/** A log row without a moment gets one, as it was read anyway. */
function withMoment(row: unknown): unknown {
  const { created_at: at } = row as { created_at?: unknown };
  return at === null ? { ...(row as object), created_at: expect.anything() } : row;
}

function pickLike(row: object, example: object): object {
  const keys = Object.keys(example);
  return Object.fromEntries(Object.entries(row).filter(([key]) => keys.includes(key)));
}
