import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { hashKey, silentLogger, type SecretBox } from '@turnpike/core';
import {
  createTestDatabase,
  type DatabaseKind,
  type TestDatabase,
} from '../../../../../test/support/databases.ts';
import { openStore, type Store } from '../../open-store.ts';
import { createNewApiDatabase } from '../../testing/create-new-api-database.ts';
import {
  connectPlainly,
  createOneApiDatabase,
  oneApiRows,
} from '../../testing/create-one-api-database.ts';
import { testNow, testSecretBox } from '../../testing/open-test-store.ts';
import { importDatabase, type ImportReport, type ImportSettings } from './import-database.ts';

// Each test makes two or three databases.
jest.setTimeout(60_000);

/** Every promise of the import, from one kind of database to another. */
export function describeImport(from: DatabaseKind, to: DatabaseKind): void {
  describe(`import (${from} to ${to})`, () => {
    let source: TestDatabase;
    let target: TestDatabase;
    let logTarget: TestDatabase | undefined;

    beforeEach(async () => {
      target = await createTestDatabase(to);
      logTarget = undefined;
    });
    afterEach(async () => {
      await source.drop();
      await target.drop();
      await logTarget?.drop();
    });

    const run = (more: Partial<ImportSettings> = {}): Promise<ImportReport> =>
      importDatabase({
        from: 'one-api',
        dsn: from === 'sqlite' ? source.sqlitePath : source.dsn,
        logDsn: undefined,
        withLogs: true,
        isDryRun: false,
        sqlDsn: target.dsn,
        logSqlDsn: logTarget?.dsn ?? '',
        sqlitePath: target.sqlitePath,
        secretBox: testSecretBox,
        logger: silentLogger,
        now: testNow,
        print: () => undefined,
        ...more,
      });

    async function useStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
      const store = await openStore(
        {
          sqlDsn: target.dsn,
          logSqlDsn: logTarget?.dsn ?? '',
          sqlitePath: target.sqlitePath,
          migrates: true,
        },
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

    async function readAll(table: string): Promise<Record<string, unknown>[]> {
      const knex = connectPlainly(to, target);
      try {
        return (await knex(table).select()) as Record<string, unknown>[];
      } finally {
        await knex.destroy();
      }
    }

    async function changeSource(work: (knex: ReturnType<typeof connectPlainly>) => Promise<void>) {
      const knex = connectPlainly(from, source);
      await work(knex).finally(() => knex.destroy());
    }

    it('leaves the database its id', async () => {
      source = await createOneApiDatabase(from, 'current');
      const id = await useStore(async (store) => store.databaseId);
      await run();
      expect(await useStore(async (store) => store.databaseId)).toBe(id);
    });

    it.each(['current', 'old'] as const)('brings a One API along (%s)', async (age) => {
      source = await createOneApiDatabase(from, age);

      const report = await run();

      expect(report).toMatchObject({ isImported: true, problemCount: 0 });
      expect(report.tables.find(({ table }) => table === 'users')).toMatchObject({
        read: 3,
        imported: 3,
        sums: { quota: '499999999998750', used_quota: '1000', request_count: '3' },
      });
      const [limited] = oneApiRows.tokens;
      await useStore(async (store) => {
        expect(await store.users.findForLogin('用户')).toMatchObject({
          passwordHash: oneApiRows.users[1].password,
          user: { id: 7, quota: -250, group: 'vip', inviterId: 1 },
        });
        const { access_token: accessToken } = oneApiRows.users[0];
        expect((await store.users.findByAccessToken(accessToken))?.id).toBe(1);
        const record = await store.tokenSource.findTokenRecord(hashKey(limited.key), limited.key);
        expect(record?.apiTokenId).toBe(limited.id);
        expect(await store.channels.find(3)).toMatchObject({ key: 'azure-key', balance: 1.25 });
        expect((await store.options.all())['SMTPToken']).toBe('mail-password');
        const logs = await store.requestLogs.list({}, { offset: 0, limit: 10 });
        expect(logs.map(({ id, quota }) => [id, quota])).toEqual([
          [5, 0],
          [1, 1000],
        ]);
        expect(await store.ledgerRepository.verify()).toMatchObject({
          usersChecked: 3,
          apiTokensChecked: 2,
          mismatches: [],
        });
        const [channel] = await store.channels.createMany([{ key: 'sk-new', name: 'new' }]);
        expect(channel?.id).toBe(9);
      });
      const abilities = await readAll('abilities');
      expect(abilities.map((row) => row['model'])).not.toContain('orphan');
      const stored = JSON.stringify([
        await readAll('tokens'),
        await readAll('channels'),
        await readAll('options'),
        await readAll('users'),
      ]);
      for (const secret of [limited.key, 'azure-key', 'mail-password', '0123456789abcdef'])
        expect(stored).not.toContain(`"${secret}`);
    });

    it('tells beforehand what it would do, and writes nothing', async () => {
      source = await createOneApiDatabase(from);

      const dry = await run({ isDryRun: true });

      expect(dry.isImported).toBe(false);
      const { isImported, ...rest } = await run();
      expect(isImported).toBe(true);
      expect(dry).toEqual({ ...rest, isImported: false });
    });

    it('goes on where it was killed, and keeps a gateway off until then', async () => {
      source = await createOneApiDatabase(from);
      const dying: SecretBox = {
        ...testSecretBox,
        seal(clear) {
          if (clear === 'azure-key') throw new Error('killed');
          return testSecretBox.seal(clear);
        },
      };
      await expect(run({ secretBox: dying })).rejects.toThrow('killed');
      expect(await readAll('users')).toHaveLength(3);
      await expect(useStore(() => Promise.resolve())).rejects.toThrow(/import .* has not ended/);

      expect((await run()).isImported).toBe(true);

      expect(await readAll('users')).toHaveLength(3);
      await useStore(async (store) => {
        expect((await store.ledgerRepository.verify()).mismatches).toEqual([]);
        expect(await store.requestLogs.list({}, { offset: 0, limit: 10 })).toHaveLength(2);
      });
      expect((await run()).isImported).toBe(false);
    });

    it('does not mix two states of a source', async () => {
      source = await createOneApiDatabase(from);
      const dying: SecretBox = {
        ...testSecretBox,
        seal() {
          throw new Error('killed');
        },
      };
      await expect(run({ secretBox: dying })).rejects.toThrow('killed');
      await changeSource(async (knex) => {
        await knex('users').where({ id: 7 }).update({ quota: 12 });
      });

      await expect(run()).rejects.toThrow(/the source has changed/);
    });

    it('refuses a database that is in use, and a source that is not what it is said to be', async () => {
      source = await createOneApiDatabase(from);
      await expect(run({ from: 'new-api' })).rejects.toThrow(/Use --from one-api/);
      await useStore((store) => store.seedRoot({ passwordHash: 'x', now: testNow }));

      await expect(run()).rejects.toThrow(/is in use: there are rows in users/);
      await expect(run({ dsn: to === 'sqlite' ? target.sqlitePath : target.dsn })).rejects.toThrow(
        /used by Turnpike already/,
      );
      expect(await readAll('users')).toHaveLength(1);
    });

    // The others hold no text in a column of numbers.
    if (from === 'sqlite')
      it('lists what cannot be stored, and writes nothing', async () => {
        source = await createOneApiDatabase(from);
        await changeSource(async (knex) => {
          await knex('users').where({ id: 7 }).update({ quota: 'plenty' });
        });

        const report = await run();

        expect(report).toMatchObject({
          isImported: false,
          problemCount: 1,
          problems: ['users, 7: column quota holds no whole number'],
        });
        await expect(readAll('users')).rejects.toMatchObject({
          message: expect.stringMatching(/users/),
        });
      });

    it('leaves out the logs when it is told to', async () => {
      source = await createOneApiDatabase(from);

      const report = await run({ withLogs: false });

      expect(report.tables.map(({ table }) => table)).not.toContain('logs');
      expect(await readAll('logs')).toEqual([]);
    });

    it('makes of a New API what it means here', async () => {
      source = await createNewApiDatabase(from);
      if (to !== 'sqlite') logTarget = await createTestDatabase('postgres');

      const report = await run({ from: 'new-api' });

      expect(report).toMatchObject({ isImported: true, leftBehind: ['midjourneys (1 rows)'] });
      const reports = Object.fromEntries(report.tables.map((each) => [each.table, each]));
      expect(reports['tokens']).toMatchObject({
        skipped: { 'it is deleted': 1 },
        notes: { 'a token that may use no model was disabled': 1 },
        sums: { remain_quota: '45' },
      });
      expect(reports['channels']!.skipped).toEqual({
        'channels of Suno have no counterpart here': 1,
        'the type 999 is not known': 1,
      });
      expect(reports['channels']!.notes).toEqual({
        [`a channel without its param_override, which is not possible here: see the guide`]: 1,
      });
      expect(Object.keys(reports['options']!.skipped)).toEqual([
        'DrawingEnabled is not known here',
        expect.stringMatching(/^RetryTimes: expected a whole number/),
      ]);
      await useStore(async (store) => {
        const tokens = await store.apiTokens.list({ userId: 2, offset: 0, limit: 10 });
        expect(
          tokens.map(({ id, status, models, subnet }) => [id, status, models, subnet]),
        ).toEqual([
          [4, 2, null, ''],
          [2, 2, null, ''],
          [1, 1, 'gpt-4o,o3', '10.1.2.3/32,2001:db8::1/128'],
        ]);
        expect(await store.channels.find(1)).toMatchObject({
          ...{ type: 36, key: 'sk-deep', config: '' },
        });
        expect(await store.channels.find(2)).toMatchObject({
          type: 50,
          baseUrl: 'https://api.perplexity.ai',
          config: JSON.stringify({ param_override: '{"top_p":1.0}' }),
        });
        const vertex = await store.channels.find(3);
        expect(vertex).toMatchObject({
          type: 42,
          key: 'us-east5|p1|{"project_id":"p1","private_key":"adc-secret"}',
        });
        expect(JSON.parse(vertex!.config)).toEqual({
          ...{ region: 'us-east5', vertex_ai_project_id: 'p1', param_override: '{"seed":7}' },
        });
        expect(await store.users.findById(2)).toMatchObject({ quota: 700, group: 'vip' });
        expect(await store.users.findById(3)).toMatchObject({
          status: 3,
          email: '',
          username: expect.stringMatching(/^deleted_[0-9a-f]{32}$/),
        });
        expect((await store.options.all())['OidcClientSecret']).toBe('oidc-sentinel');
        const logs = await store.requestLogs.list({}, { offset: 0, limit: 10 });
        expect(logs).toMatchObject([
          { id: 5, type: 6, content: 'failed' },
          { id: 4, type: 2, quota: 300, elapsed_time: 3000, is_stream: true, channel: 1 },
        ]);
        expect((await store.ledgerRepository.verify()).mismatches).toEqual([]);
      });
      const stored = JSON.stringify([await readAll('channels'), await readAll('options')]);
      expect(stored).not.toMatch(/adc-secret|oidc-sentinel|sk-deep/);
    });
  });
}
