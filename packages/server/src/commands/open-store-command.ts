import { existsSync } from 'node:fs';
import type { Logger } from '@turnpike/core';
import type { Store } from '@turnpike/store';
import { findSqlitePath, openDataDirectory } from '../compose/data-directory.ts';
import { openGatewayStore } from '../compose/open-gateway-store.ts';
import type { Settings } from '../settings/load-settings.ts';

/**
 * Opens the database for one command, and closes it whatever happens. A command works on what is there: one that made an
 * empty database in the wrong place would prove, or put into Redis, something that nobody meant; and a schema that is
 * brought up to date while older nodes run is for `migrate` and the start of a master to decide.
 *
 * @throws where there is no database, or one of another version
 */
export async function withStore(
  settings: Settings,
  logger: Logger,
  run: (store: Store) => Promise<number>,
): Promise<number> {
  refuseWithoutDatabase(settings);
  if (settings.sqlDsn === undefined) refuseMissingFile(findSqlitePath(settings));
  return openFor(settings, logger, false, run);
}

/** The same where the database may be made, or brought to this version. */
export async function withMigratedStore(
  settings: Settings,
  logger: Logger,
  run: (store: Store) => Promise<number>,
): Promise<number> {
  refuseWithoutDatabase(settings);
  return openFor(settings, logger, true, run);
}

function refuseWithoutDatabase({ sqlDsn, role }: Settings): void {
  if (sqlDsn !== undefined || role !== 'slave') return;
  throw new Error(
    'this node is a slave without a database (SQL_DSN is unset). Run the command where a master runs, or with the SQL_DSN of the masters.',
  );
}

function refuseMissingFile(path: string): void {
  if (existsSync(path)) return;
  throw new Error(
    `there is no database here: SQL_DSN is unset, and there is no SQLite file ${path}. Set SQL_DSN, or DATA_DIR to the data directory of the gateway, or run the command where the gateway was started.`,
  );
}

async function openFor(
  settings: Settings,
  logger: Logger,
  migrates: boolean,
  run: (store: Store) => Promise<number>,
): Promise<number> {
  const directory = openDataDirectory(settings, { isRunning: false });
  const { store } = await openGatewayStore({ settings, directory, logger, migrates });
  try {
    return await run(store);
  } finally {
    await store.close();
  }
}

/** Writes a line for people. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
