import {
  createSecretBox,
  readOptions,
  systemClock,
  type ConfigSnapshot,
  type Logger,
  type SecretBox,
} from '@turnpike/core';
import { openStore, type Store } from '@turnpike/store';
import type { Settings } from '../settings/load-settings.ts';
import type { DataDirectory } from './data-directory.ts';

export interface GatewayStore {
  store: Store;
  secretBox: SecretBox;
  /** Tells the store which options are in force now. */
  noteSnapshot(snapshot: ConfigSnapshot | undefined): void;
}

const synchronousModes = { full: 'FULL', normal: 'NORMAL', off: 'OFF' } as const;

/** Opens the database that the settings name, and brings it up to date. */
export async function openGatewayStore(deps: {
  settings: Settings;
  directory: DataDirectory;
  logger: Logger;
  /** Whether this process brings the schema up to date (default), or refuses one that is not. */
  migrates?: boolean;
}): Promise<GatewayStore> {
  const { settings, directory, logger } = deps;
  const secretBox = createSecretBox(directory.encryptionKey, settings.olderEncryptionKeys);
  let isConsumptionLogged = true;
  const store = await openStore(
    {
      sqlDsn: settings.sqlDsn ?? '',
      logSqlDsn: settings.logSqlDsn ?? '',
      sqlitePath: directory.sqlitePath,
      sqliteBusyTimeoutMs: settings.sqliteBusyTimeoutMs,
      sqliteSynchronous: synchronousModes[settings.sqliteSynchronous],
      maxOpenConnections: settings.sqlMaxOpenConnections,
      maxIdleConnections: settings.sqlMaxIdleConnections,
      connectionLifetimeSeconds: Math.ceil(settings.sqlConnectionLifetimeMs / 1000),
      lockTimeoutMs: settings.databaseLockTimeoutMs,
      idleTransactionTimeoutMs: settings.databaseIdleTimeoutMs,
      migrates: deps.migrates ?? true,
      logsStatements: settings.isDebugSql,
    },
    { secretBox, clock: systemClock, logger, isConsumptionLogged: () => isConsumptionLogged },
  );
  return {
    store,
    secretBox,
    noteSnapshot(snapshot) {
      if (snapshot !== undefined)
        isConsumptionLogged = readOptions(snapshot.options).LogConsumeEnabled;
    },
  };
}
