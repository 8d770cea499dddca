import type { Logger } from '@turnpike/core';
import { checkSource } from './move/check-source.ts';
import { copyRows } from './move/copy-rows.ts';
import { completeMove, requireSoundLedger, setNextIds, verifyTarget } from './move/finish-move.ts';
import { beginMove, openTarget, prepareTarget, requireSource } from './move/move-target.ts';
import { planMove, requireSameVersion } from './move/plan-move.ts';
import { createProgress } from './move/progress.ts';
import { openSource } from './move/source-database.ts';

export interface MoveSettings {
  /** The SQLite file; it is only read. */
  sqliteFile: string;
  /** PostgreSQL, MySQL or MariaDB, in the forms of `SQL_DSN`. */
  to: string;
  logger: Logger;
  /** Unix milliseconds. */
  now: number;
  /** Gets a line for a person now and then. */
  print(line: string): void;
}

export interface MoveReport {
  /** Kind and place of the target, without a password. */
  target: string;
  tables: number;
  rows: number;
  /** False: it was done before. */
  isNew: boolean;
  /** Tables and columns of the source that this version does not know. */
  leftBehind: readonly string[];
}

/**
 * Moves a database from SQLite to a server. Killed at any moment and started again, it goes on; when it resolves, the
 * target holds exactly what the source holds, which was compared, and its ledger is sound.
 *
 * @throws when the source is in use or has another version's schema, when the target is neither empty nor the target of
 * a move of this very source, or when it cannot hold a value: the text says which, and what to do
 */
export async function moveDatabase(settings: MoveSettings): Promise<MoveReport> {
  const { sqliteFile, to, logger, now, print } = settings;
  const source = await openSource(sqliteFile);
  try {
    requireSameVersion(source.db);
    const target = await openTarget(to, logger);
    const { database } = target;
    try {
      print(`From ${sqliteFile} to ${database.description}.`);
      const marker = await prepareTarget(target, { logger, now });
      const { tables, leftBehind } = await planMove(source.db, database, target.dialect);
      for (const name of leftBehind) print(`Not known to this version, and left behind: ${name}.`);

      const checking = createProgress(print, 'Checked');
      const { tallies, digest } = checkSource(source.db, tables, checking.note);
      const rows = [...tallies.values()].reduce((sum, tally) => sum + tally.rows, 0);
      checking.end(`${String(tables.length)} tables, ${String(rows)} rows: all of it fits.`);
      const report = { target: database.description, tables: tables.length, rows, leftBehind };
      await requireSoundLedger(source.knex, 'source');
      requireSource(marker, digest);
      if (marker.state === 'done') return { ...report, isNew: false };

      const start = await beginMove(target, tables, digest);
      if (start.after !== null || start.table !== tables[0]?.name)
        print(`Going on in ${start.table}, where an earlier run ended.`);
      const copying = createProgress(print, 'Copied');
      await copyRows(
        {
          source: source.db,
          target: database,
          targetDialect: target.dialect,
          tables,
          report: copying.note,
        },
        start,
      );
      copying.end('everything.');
      await setNextIds(source.db, target, tables);

      const comparing = createProgress(print, 'Compared');
      await verifyTarget(target, tables, tallies, comparing.note);
      comparing.end('rows, sums, keys and contents of every table are the same.');
      await requireSoundLedger(database.knex, 'target');
      print('The ledger of the target is sound.');
      await completeMove(source.db, target, { ...marker, source: digest, state: 'done' });
      return { ...report, isNew: true };
    } finally {
      await database.close();
    }
  } finally {
    await source.close();
  }
}
