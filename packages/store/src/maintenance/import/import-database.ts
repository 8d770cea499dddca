import { stat } from 'node:fs/promises';
import type { Logger, SecretBox } from '@turnpike/core';
import { describeAddress, parseDsn } from '../../parse-dsn.ts';
import { createProgress } from '../move/progress.ts';
import { checkImport, type CheckedSource } from './check-import.ts';
import { copyImport } from './copy-import.ts';
import { completeRows, markImported, verifyImport } from './finish-import.ts';
import { openImportSource, type ImportSource } from './import-source.ts';
import type { TableReport } from './import-tally.ts';
import {
  openImportTarget,
  prepareImportTarget,
  readSealing,
  requireImportable,
  type ImportTarget,
  type ImportTargetSettings,
} from './import-target.ts';
import type { ImportMarker } from './import-marker.ts';
import type { ImportedTable, ImportFlavour } from './import-types.ts';
import { listLeftBehind } from './left-behind.ts';
import { requireFlavour } from './recognize-source.ts';

export interface ImportSettings extends ImportTargetSettings {
  from: ImportFlavour;
  /** The source, which is only read: see `openImportSource`. */
  dsn: string;
  /** Where the source keeps its logs, if not with the rest. */
  logDsn: string | undefined;
  /** False: everything but log rows. */
  withLogs: boolean;
  /** Reads and reports, and writes nothing. */
  isDryRun: boolean;
  secretBox: SecretBox;
  logger: Logger;
  /** Unix milliseconds. */
  now: number;
  /** Gets a line for a person now and then. */
  print(line: string): void;
}

export interface ImportReport {
  /** Kind and place of the target, without a password. */
  target: string;
  tables: readonly TableReport[];
  /** Tables of the source that have no place here. */
  leftBehind: readonly string[];
  /** Rows that cannot be stored as they are; with these, nothing is imported. At most 20 are listed. */
  problems: readonly string[];
  problemCount: number;
  /** Whether rows were written now: not after a dry run, problems, or an import that was done before. */
  isImported: boolean;
}

/**
 * Brings users, tokens, channels, redemption codes, options and logs of a One API or New API into an empty database of
 * ours, with their ids. Killed at any moment and started again, it goes on; when it resolves, counts and sums of every
 * table were compared and the ledger is sound.
 *
 * @throws when the source is not what it is said to be, when the target is in use, or when the source changed since an
 * import of it began: the text says what to do
 */
export async function importDatabase(settings: ImportSettings): Promise<ImportReport> {
  const sources = await openSources(settings);
  try {
    const target = await openTarget(settings);
    try {
      return await runImport(settings, sources, target);
    } finally {
      await target?.close();
    }
  } finally {
    await sources.close();
  }
}

interface Sources {
  main: ImportSource;
  sourceOf(table: ImportedTable): ImportSource | undefined;
  close(): Promise<void>;
}

async function openSources(settings: ImportSettings): Promise<Sources> {
  const main = await openImportSource('--dsn', settings.dsn);
  let logs = main;
  async function close(): Promise<void> {
    if (logs !== main) await logs.close();
    await main.close();
  }
  try {
    requireFlavour(main, settings.from);
    if (settings.withLogs && settings.logDsn !== undefined)
      logs = await openImportSource('--log-dsn', settings.logDsn);
    const sourceOf = (table: ImportedTable) =>
      table !== 'logs' ? main : settings.withLogs ? logs : undefined;
    return { main, sourceOf, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Undefined: a dry run into a SQLite file that is not there yet, and will not be there afterwards. */
async function openTarget(settings: ImportSettings): Promise<ImportTarget | undefined> {
  const isFile = parseDsn('SQL_DSN', settings.sqlDsn, settings.sqlitePath).kind === 'sqlite';
  if (settings.isDryRun && isFile && !(await stat(settings.sqlitePath).catch(() => undefined)))
    return undefined;
  return openImportTarget(settings, settings.logger);
}

async function runImport(
  settings: ImportSettings,
  { main, sourceOf }: Sources,
  target: ImportTarget | undefined,
): Promise<ImportReport> {
  const { from, print } = settings;
  const marker = target && (await requireImportable(target));
  const address = parseDsn('SQL_DSN', settings.sqlDsn, settings.sqlitePath);
  const description = target?.main.description ?? describeAddress(address);
  print(`From the ${main.description} to the ${description}.`);

  const reading = createProgress(print, 'Read');
  const checked = await checkImport(sourceOf, from, address.kind, reading.note);
  reading.end('the whole source.');
  const { reports: tables, problems, problemCount } = checked;
  const leftBehind = await listLeftBehind(main);
  const report = { target: description, tables, leftBehind, problems, problemCount };
  if (marker !== undefined) requireSameSource(marker, checked);
  if (settings.isDryRun || target === undefined || problemCount > 0 || marker?.state === 'done')
    return { ...report, isImported: false };

  await prepareImportTarget(target, checked.digest, settings);
  const copying = createProgress(print, 'Copied');
  const sealing = await readSealing(target, settings.secretBox);
  await copyImport({ sourceOf, target, map: checked.map, sealing, note: copying.note });
  await completeRows(target, settings.now);
  copying.end('everything.');
  await verifyImport(target, tables);
  await markImported(target, checked.digest);
  print('Compared: counts and sums of every table are the same, and the ledger is sound.');
  return { ...report, isImported: true };
}

function requireSameSource(marker: ImportMarker, { digest }: CheckedSource): void {
  if (marker.source === digest) return;
  throw new Error(
    marker.state === 'done'
      ? 'An import into this database is done already, from another source or from this one as it was then. Begin with an empty database.'
      : 'An import into this database was started from another source or with other flags, or the source has changed since. Stop what writes to it, and begin with an empty database.',
  );
}
