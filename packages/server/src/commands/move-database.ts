import { moveDatabase } from '@turnpike/store';
import type { Command } from '../cli/run-cli.ts';
import { findSqlitePath } from '../compose/data-directory.ts';
import type { Settings } from '../settings/load-settings.ts';
import { describeEncryptionKey } from './encryption-key-place.ts';
import { print } from './open-store-command.ts';
import { readDsnFlag } from './read-dsn-flag.ts';

/** Moves the SQLite database to PostgreSQL or MySQL, and says what to set afterwards. */
export const moveToDatabase: Command = async (settings, logger, operands, flags) => {
  const to = readTarget(operands, flags['to']);
  if (settings.sqlDsn !== undefined) {
    throw new Error(
      'SQL_DSN is set, so the gateway does not use the SQLite file that would be moved. Unset it for this command; the target goes behind --to.',
    );
  }
  const sqliteFile = findSqlitePath(settings);
  const { target, rows, isNew } = await moveDatabase({
    sqliteFile,
    to,
    logger,
    now: Date.now(),
    print,
  });
  print('');
  print(
    isNew
      ? `Done: ${String(rows)} rows are in the ${target}.`
      : `The move to the ${target} was done before.`,
  );
  printNextSteps(settings, sqliteFile);
  return 0;
};

/** `move-database --to <dsn>` or `move-database <dsn>`; `-` reads it from standard input, where nobody else sees it. */
function readTarget(operands: readonly string[], flag: string | true | undefined): string {
  const given = [...operands, ...(typeof flag === 'string' ? [flag] : [])];
  const [to] = given;
  if (to === undefined || given.length > 1 || to.trim() === '') {
    throw new Error(
      'move-database needs one target: turnpike move-database --to postgres://user@host:5432/name (or mysql://…, or user@tcp(host:3306)/name), with the password as in SQL_DSN, or --to - to read it from standard input.',
    );
  }
  return readDsnFlag(to);
}

function printNextSteps(settings: Settings, sqliteFile: string): void {
  print('Set these, and start the gateway:');
  print('  SQL_DSN          what stood behind --to');
  print(`  ENCRYPTION_KEY   ${describeEncryptionKey(settings)}`);
  if (settings.sessionSecret === undefined)
    print('  SESSION_SECRET   the text of session.secret there, or everybody logs in once more');
  if (settings.logSqlDsn !== undefined)
    print('  LOG_SQL_DSN      as it is: the log database stays where it is');
  print(`${sqliteFile} is as it was. Keep it until you are content, then remove it.`);
}
