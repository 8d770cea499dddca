import { join, resolve } from 'node:path';
import { backupSqlite, describeDumpCommand, type BackupReport } from '@turnpike/store';
import type { Command } from '../cli/run-cli.ts';
import { findSqlitePath } from '../compose/data-directory.ts';
import type { Settings } from '../settings/load-settings.ts';
import { describeEncryptionKey } from './encryption-key-place.ts';
import { print } from './open-store-command.ts';

/** Copies the SQLite database beside a running gateway, and says what else a restore needs. */
export const backup: Command = async (settings, _logger, operands) => {
  const [operand, ...others] = operands;
  if (others.length > 0) throw new Error('backup takes one file name. Put quotes around blanks.');
  const dumpCommand = describeDumpCommand('SQL_DSN', settings.sqlDsn ?? '');
  if (dumpCommand !== undefined) {
    throw new Error(
      `backup is for SQLite only, and SQL_DSN names another database. Use its own tool, which may run beside the gateway:\n  ${dumpCommand}`,
    );
  }
  const file = findSqlitePath(settings);
  const copy = resolve(operand ?? defaultName(settings, new Date()));
  printReport(await backupSqlite(file, copy), file, copy, settings);
  return 0;
};

function defaultName({ dataDir }: Settings, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return join(dataDir, 'backups', `turnpike-${stamp}.db`);
}

function printReport(
  { bytes, rows }: BackupReport,
  file: string,
  copy: string,
  settings: Settings,
): void {
  const counts = Object.values(rows);
  const total = counts.reduce((sum, count) => sum + count, 0);
  print(`Backed up ${file}`);
  print(`       to ${copy}`);
  print(
    `  ${toMegabytes(bytes)} MB, ${String(counts.length)} tables, ${String(total)} rows; checked, and on the disk.`,
  );
  print('To restore it: stop the gateway, put the copy in the place of the database, and remove');
  print('what lies beside that with -wal and -shm at the end of its name. It also needs:');
  print(`  - ENCRYPTION_KEY: ${describeEncryptionKey(settings)}.`);
  print('    Keep it, but not in the same place as the copy.');
  if (settings.logSqlDsn !== undefined) {
    print('  - the log database (LOG_SQL_DSN), which is not in this copy:');
    print(`    ${describeDumpCommand('LOG_SQL_DSN', settings.logSqlDsn) ?? ''}`);
  }
}

function toMegabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 2 : 0);
}
