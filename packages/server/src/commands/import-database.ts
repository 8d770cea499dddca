import { clearSecretBox, createSecretBox, type SecretBox } from '@turnpike/core';
import { importDatabase, type ImportFlavour, type ImportReport } from '@turnpike/store';
import type { Command } from '../cli/run-cli.ts';
import { findSqlitePath, openDataDirectory } from '../compose/data-directory.ts';
import type { Settings } from '../settings/load-settings.ts';
import { describeEncryptionKey } from './encryption-key-place.ts';
import { print } from './open-store-command.ts';
import { readDsnFlag } from './read-dsn-flag.ts';

/** Brings the data of a One API or New API into the empty database of the settings, and says what became of it. */
export const importFromDatabase: Command = async (settings, logger, operands, flags) => {
  const isDryRun = flags['dry-run'] === true;
  const wanted = readFlags(operands, flags);
  const report = await importDatabase({
    ...wanted,
    isDryRun,
    sqlDsn: settings.sqlDsn ?? '',
    logSqlDsn: settings.logSqlDsn ?? '',
    sqlitePath: findSqlitePath(settings),
    secretBox: isDryRun ? clearSecretBox : openSecretBox(settings),
    logger,
    now: Date.now(),
    print,
  });
  printReport(report);
  if (report.problemCount > 0) {
    printProblems(report);
    return 1;
  }
  if (isDryRun) print('This was a dry run: nothing was written.');
  else if (report.isImported) printNextSteps(settings, report);
  else print(`The import into the ${report.target} was done before.`);
  return 0;
};

interface WantedImport {
  from: ImportFlavour;
  dsn: string;
  logDsn: string | undefined;
  withLogs: boolean;
}

function readFlags(
  operands: readonly string[],
  flags: Readonly<Record<string, string | true>>,
): WantedImport {
  const from = flags['from'];
  const dsn = flags['dsn'];
  const logDsn = flags['log-dsn'];
  const isKnown = from === 'one-api' || from === 'new-api';
  if (!isKnown || typeof dsn !== 'string' || dsn.trim() === '' || operands.length > 0) {
    throw new Error(
      'import needs the program and its database: turnpike import --from one-api --dsn postgres://user:password@host:5432/name (or --from new-api; or mysql://…, or the path of a SQLite file). See --help for more.',
    );
  }
  return {
    from,
    dsn: readDsnFlag(dsn),
    logDsn: typeof logDsn === 'string' ? logDsn : undefined,
    withLogs: flags['without-logs'] !== true,
  };
}

function openSecretBox(settings: Settings): SecretBox {
  const { encryptionKey } = openDataDirectory(settings, { isRunning: false });
  return createSecretBox(encryptionKey, settings.olderEncryptionKeys);
}

function printReport({ tables, leftBehind }: ImportReport): void {
  for (const { table, read, imported, skipped, notes, sums } of tables) {
    const figures = Object.entries(sums).map(([column, sum]) => `, Σ ${column} ${sum}`);
    print(`${table}: ${String(imported)} of ${String(read)} rows${figures.join('')}`);
    for (const [reason, count] of Object.entries(skipped))
      print(`  left out ${String(count)}: ${reason}`);
    for (const [note, count] of Object.entries(notes)) print(`  note ${String(count)}: ${note}`);
  }
  for (const table of leftBehind) print(`left behind: ${table}, not known here`);
}

function printProblems({ problems, problemCount }: ImportReport): void {
  print('');
  print(
    `Nothing is imported: ${problemCount === 1 ? 'one row' : `${String(problemCount)} rows`} cannot be stored.`,
  );
  for (const problem of problems) print(`  - ${problem}`);
  const more = problemCount - problems.length;
  if (more > 0) print(`  - and ${String(more)} more`);
  print('Correct them in the source, and start again.');
}

function printNextSteps(settings: Settings, { target }: ImportReport): void {
  print('');
  print(`Done: everything is in the ${target}. Start the gateway with these same settings.`);
  print(`ENCRYPTION_KEY: ${describeEncryptionKey(settings)}. Keep it safe.`);
  print('The database of the other program is as it was.');
}
