import { createSecretBox, silentLogger, type LedgerRepository } from '@turnpike/core';
import {
  createTestDatabase,
  type DatabaseKind,
  type TestDatabase,
} from '../../../../test/support/databases.ts';
import { openDatabase, type Database } from '../connect.ts';
import { openStore, type Store, type StoreSettings } from '../open-store.ts';
import { createLedgerRepository } from '../repositories/ledger-repository.ts';

/** The moment at which tests take place: shortly after `makeUsageEvent`'s. Unix milliseconds. */
export const testNow = 1_790_000_060_000;

export const testEncryptionKey = 'a key for tests only';
export const testSecretBox = createSecretBox(testEncryptionKey);

/** A store on a database of its own, with a second connection for looking behind it. */
export interface TestStore {
  store: Store;
  database: Database;
  /** The same for log rows. */
  logDatabase: Database;
  testDatabase: TestDatabase;
  /** The ledger by way of Knex, also where the store has a faster one. */
  knexLedger: LedgerRepository;
  /** What the tests may change. */
  switches: { isConsumptionLogged: boolean; now: number };
  close(): Promise<void>;
}

export async function openTestStore(
  kind: DatabaseKind,
  settings: Partial<StoreSettings> = {},
): Promise<TestStore> {
  const testDatabase = await createTestDatabase(kind);
  const switches = { isConsumptionLogged: true, now: testNow };
  const clock = { now: () => switches.now };
  const isConsumptionLogged = () => switches.isConsumptionLogged;
  const place = { sqlitePath: testDatabase.sqlitePath, sqliteSynchronous: 'OFF' } as const;
  const store = await openStore(
    { ...place, sqlDsn: testDatabase.dsn, logSqlDsn: '', migrates: true, ...settings },
    { secretBox: testSecretBox, clock, logger: silentLogger, isConsumptionLogged },
  );
  const database = await openDatabase({ ...place, variable: 'SQL_DSN', dsn: testDatabase.dsn });
  const { logSqlDsn = '' } = settings;
  const logDatabase =
    logSqlDsn === ''
      ? database
      : await openDatabase({ ...place, variable: 'LOG_SQL_DSN', dsn: logSqlDsn });
  const { knex, dialect } = database;
  return {
    store,
    database,
    logDatabase,
    testDatabase,
    knexLedger: createLedgerRepository({ knex, dialect, clock, isConsumptionLogged }),
    switches,
    async close() {
      await store.close();
      if (logDatabase !== database) await logDatabase.close();
      await database.close();
      await testDatabase.drop();
    },
  };
}
