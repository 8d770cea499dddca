import type {
  Account,
  AccountSource,
  ApiTokenRepository,
  AuditLog,
  ChannelRepository,
  Clock,
  ConfigRepository,
  IdentityRepository,
  LedgerRepository,
  Logger,
  GivenUpNotifications,
  NotificationTable,
  OneTimeCodeRepository,
  OptionRepository,
  ParkedUsage,
  QuotaReminders,
  RedemptionRepository,
  RequestLogRepository,
  SecretBox,
  SessionRepository,
  TokenSource,
  UsageStatistics,
  UserRepository,
} from '@turnpike/core';
import { openDatabase, type Database } from './connect.ts';
import type { DatabaseSettings } from './database-settings.ts';
import { bookExternalChanges } from './ledger/book-external-changes.ts';
import { drainLogOutbox, forgetLogReceipts } from './ledger/drain-log-outbox.ts';
import { pruneRemovedTokens } from './ledger/prune-removed-tokens.ts';
import { pruneUsageRequests } from './ledger/prune-usage-requests.ts';
import { isOutage } from './dialects/is-outage.ts';
import { checkWrites } from './maintenance/check-writes.ts';
import { refuseUnfinishedImport } from './maintenance/import/import-marker.ts';
import { refuseUnfinishedMove } from './maintenance/move/move-marker.ts';
import { isMigrated, migrate, type MigrationReport } from './migrations/migrate.ts';
import { createAccountSource } from './repositories/account-source.ts';
import { createApiTokenRepository } from './repositories/api-token-repository.ts';
import { createAuditLog } from './repositories/audit-log.ts';
import { createChannelRepository } from './repositories/channel-repository.ts';
import { createConfigRepository } from './repositories/config-repository.ts';
import { createIdentityRepository } from './repositories/identity-repository.ts';
import { createLedgerRepository } from './repositories/ledger-repository.ts';
import { createGivenUpNotifications } from './repositories/given-up-notifications.ts';
import { createNotificationTable } from './repositories/notification-table.ts';
import { createOneTimeCodeRepository } from './repositories/one-time-code-repository.ts';
import { createOptionRepository } from './repositories/option-repository.ts';
import { createParkedUsageRepository } from './repositories/parked-usage-repository.ts';
import { createQuotaReminders } from './repositories/quota-reminders.ts';
import { createRedemptionRepository } from './repositories/redemption-repository.ts';
import { createRequestLogRepository } from './repositories/request-log-repository.ts';
import { createSessionRepository } from './repositories/session-repository.ts';
import { createUsageStatistics } from './repositories/usage-statistics.ts';
import { openSqliteLedger, type SqliteLedger } from './repositories/sqlite-ledger-repository.ts';
import { createTokenSource } from './repositories/token-source.ts';
import { createUserRepository } from './repositories/user-repository.ts';
import { readDatabaseId, replaceDatabaseId } from './schema/database-id.ts';
import { checkSecrets } from './secrets/check-secrets.ts';
import { decryptKeys, encryptKeys, type SecretsReport } from './secrets/convert-secrets.ts';
import { seedRoot, type RootSeed } from './seed/seed-root.ts';

export interface StoreSettings extends Omit<DatabaseSettings, 'variable' | 'dsn' | 'logger'> {
  /** `SQL_DSN`; empty: the SQLite file. */
  sqlDsn: string;
  /** `LOG_SQL_DSN`; empty: log rows are in the main database. */
  logSqlDsn: string;
  /** Whether this process brings the schema up to date; else it has to be. */
  migrates: boolean;
}

export interface StoreDeps {
  secretBox: SecretBox;
  clock: Clock;
  logger: Logger;
  /** Whether log rows are written for usage (option `LogConsumeEnabled`); asked for each transaction. */
  isConsumptionLogged: () => boolean;
}

/** The database with everything that reads and writes it. */
export interface Store {
  users: UserRepository;
  identities: IdentityRepository;
  sessions: SessionRepository;
  oneTimeCodes: OneTimeCodeRepository;
  quotaReminders: QuotaReminders;
  /** The queue of notifications where there is no Redis. */
  notificationTable: NotificationTable;
  givenUpNotifications: GivenUpNotifications;
  apiTokens: ApiTokenRepository;
  tokenSource: TokenSource;
  /** What masters of a cluster hand to the relays. */
  accountSource: AccountSource;
  channels: ChannelRepository;
  redemptions: RedemptionRepository;
  options: OptionRepository;
  configRepository: ConfigRepository;
  requestLogs: RequestLogRepository;
  usageStatistics: UsageStatistics;
  auditLog: AuditLog;
  /** On SQLite the fast one. */
  ledgerRepository: LedgerRepository;
  parkedUsage: ParkedUsage;
  /** What the migration found and did; undefined where this process does not migrate. */
  migration: MigrationReport | undefined;
  /** Kind and place of the database, without a password. */
  description: string;
  /** UUID that the database has for ever, and its backups and the databases that it is moved to have too. */
  databaseId: string;
  /** Gives it another one. For a database that was restored from a backup of the time before it had any. */
  replaceDatabaseId(id: string): Promise<void>;
  /** Creates the first administrator where no user exists; resolves to whether it did. */
  seedRoot(seed: RootSeed): Promise<boolean>;
  /** @throws where the secrets of the database were sealed under a key that this process does not have */
  checkSecrets(): Promise<void>;
  encryptKeys(): Promise<SecretsReport>;
  decryptKeys(): Promise<SecretsReport>;
  /** Moves log rows to the log database; call it every second or so. Resolves to the number of rows, 0 without one. */
  drainLogOutbox(): Promise<number>;
  /**
   * Forgets request ids and removed tokens after 35 days, and receipts of log rows after one; call it once a day.
   * Resolves to the number of request ids.
   */
  pruneUsageRequests(): Promise<number>;
  /** Takes over balances that another program changed. */
  bookExternalChanges(): Promise<{ account: Account; delta: number }[]>;
  /** Whether the error will pass: the database is away, busy, full or not as it should be. */
  isTransientError(error: unknown): boolean;
  /** Why this process cannot charge anything until it is started again; empty: it can. */
  findObstacles(): readonly string[];
  /** @throws when the database does not answer */
  ping(): Promise<void>;
  /** Writes something and takes it back. @throws what a charge would throw now */
  checkWrites(): Promise<void>;
  /** Whether a failure of this database will pass by itself, or when an operator does something about it. */
  isOutage(error: unknown): boolean;
  close(): Promise<void>;
}

/**
 * Opens the database, and the log database if there is one, and brings them up to date.
 *
 * @throws an error that names the variable when a database cannot be opened, or is not migrated yet
 */
export async function openStore(settings: StoreSettings, deps: StoreDeps): Promise<Store> {
  const { sqlDsn, logSqlDsn, migrates, ...others } = settings;
  const rest = { ...others, logger: deps.logger };
  const opened: { close(): Promise<void> | void }[] = [];
  async function close(): Promise<void> {
    for (const part of opened.splice(0).reverse()) await part.close();
  }
  try {
    const main = await openDatabase({ ...rest, variable: 'SQL_DSN', dsn: sqlDsn });
    opened.push(main);
    await refuseUnfinishedMove(main.knex);
    await refuseUnfinishedImport(main.knex);
    const migration = await bringUpToDate(main, migrates, deps);
    const databaseId = await readDatabaseId(main.knex);
    const logs =
      logSqlDsn.trim() === ''
        ? undefined
        : await openDatabase({ ...rest, variable: 'LOG_SQL_DSN', dsn: logSqlDsn });
    if (logs !== undefined) {
      opened.push(logs);
      if (migrates) await migrate(logs, { ...migrationOptions(deps), contents: 'logs' });
    }
    const generalLedger = createLedgerRepository({
      knex: main.knex,
      reader: main.reader,
      dialect: main.dialect,
      clock: deps.clock,
      isConsumptionLogged: deps.isConsumptionLogged,
      logs: logs?.knex,
    });
    const sqliteLedger = openFastLedger(settings, deps, { main, logs, fallback: generalLedger });
    if (sqliteLedger !== undefined) opened.push(sqliteLedger);
    const parts = createRepositories(deps, main, logs);
    return {
      ...parts,
      ...createMaintenance(deps, main, logs),
      ledgerRepository: sqliteLedger ?? generalLedger,
      findObstacles: () => sqliteLedger?.findObstacles() ?? [],
      isOutage,
      async checkWrites() {
        sqliteLedger?.check();
        await checkWrites(main);
      },
      migration,
      description: main.description,
      databaseId,
      replaceDatabaseId: (id) => replaceDatabaseId(main.knex, id),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function bringUpToDate(
  main: Database,
  migrates: boolean,
  deps: StoreDeps,
): Promise<MigrationReport | undefined> {
  if (migrates) return migrate(main, migrationOptions(deps));
  if (await isMigrated(main)) return undefined;
  throw new Error(
    `SQL_DSN: the ${main.description} is not migrated to this version yet. Start the gateway (in a cluster: a master) first, or run turnpike migrate.`,
  );
}

function migrationOptions({ logger, clock }: StoreDeps): { logger: Logger; now: number } {
  return { logger, now: clock.now() };
}

/** Undefined where the database is no SQLite file. */
function openFastLedger(
  settings: StoreSettings,
  { clock, isConsumptionLogged }: StoreDeps,
  {
    main,
    logs,
    fallback,
  }: { main: Database; logs: Database | undefined; fallback: LedgerRepository },
): SqliteLedger | undefined {
  if (main.sqliteFile === undefined) return undefined;
  return openSqliteLedger({
    file: main.sqliteFile,
    synchronous: settings.sqliteSynchronous ?? 'FULL',
    busyTimeoutMs: Math.max(settings.sqliteBusyTimeoutMs ?? 0, 10_000),
    checkpoint: () => main.reader.raw('PRAGMA wal_checkpoint(PASSIVE)').then(),
    clock,
    isConsumptionLogged,
    usesLogOutbox: logs !== undefined,
    fallback,
  });
}

function createRepositories(
  { secretBox, clock }: StoreDeps,
  main: Database,
  logs: Database | undefined,
) {
  const { knex, dialect } = main;
  const shared = { knex, dialect, secretBox, clock };
  const logDatabase = logs ?? main;
  const requestLogs = createRequestLogRepository({
    logs: logDatabase,
    main: knex,
    reader: logDatabase.reader,
    clock,
  });
  return {
    users: createUserRepository(shared),
    identities: createIdentityRepository(shared),
    sessions: createSessionRepository(shared),
    oneTimeCodes: createOneTimeCodeRepository(shared),
    quotaReminders: createQuotaReminders(shared),
    notificationTable: createNotificationTable(shared),
    givenUpNotifications: createGivenUpNotifications(shared),
    apiTokens: createApiTokenRepository(shared),
    tokenSource: createTokenSource(shared),
    accountSource: createAccountSource(shared),
    channels: createChannelRepository(shared),
    redemptions: createRedemptionRepository(shared),
    options: createOptionRepository(shared),
    configRepository: createConfigRepository(shared),
    requestLogs,
    usageStatistics: createUsageStatistics({ main: main.reader, logs: logDatabase }),
    auditLog: createAuditLog(shared),
    parkedUsage: createParkedUsageRepository(shared),
  };
}

function createMaintenance(
  { secretBox, clock }: StoreDeps,
  main: Database,
  logs: Database | undefined,
) {
  const { knex, dialect } = main;
  return {
    seedRoot: (seed: RootSeed) => seedRoot(main, secretBox, seed),
    checkSecrets: () => checkSecrets(knex, secretBox),
    encryptKeys: () => encryptKeys(main, secretBox),
    decryptKeys: () => decryptKeys(main, secretBox),
    drainLogOutbox: () =>
      logs === undefined ? Promise.resolve(0) : drainLogOutbox({ main: knex, logs }, clock.now()),
    async pruneUsageRequests() {
      if (logs !== undefined) await forgetLogReceipts(logs, clock.now());
      await pruneRemovedTokens(knex, clock.now());
      return pruneUsageRequests(knex, clock.now());
    },
    bookExternalChanges: () => bookExternalChanges(knex, dialect, clock.now()),
    isTransientError: (error: unknown) => dialect.isTransient(error),
    async ping() {
      await knex.raw('SELECT 1');
    },
  };
}
