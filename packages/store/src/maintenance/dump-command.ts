import { parseDsn, type MysqlConnection, type PostgresConnection } from '../parse-dsn.ts';

/**
 * The command line that backs up a database that is not SQLite, with its own tools. The password is not in it: they
 * ask for it.
 *
 * @returns undefined for an empty text, which means SQLite
 * @throws when the text cannot be understood
 */
export function describeDumpCommand(variable: string, dsn: string): string | undefined {
  const address = parseDsn(variable, dsn, '');
  switch (address.kind) {
    case 'sqlite':
      return undefined;
    case 'postgres':
      return pgDump(address.connection);
    case 'mysql':
      return mysqlDump(address.connection);
  }
}

function pgDump({ host, port, user, database }: PostgresConnection): string {
  return [
    'pg_dump --format=custom --file=turnpike.dump',
    `--host=${quote(host)} --port=${String(port)} --username=${quote(user)} ${quote(database)}`,
  ].join(' ');
}

function mysqlDump({ socketPath, host, port, user, database }: MysqlConnection): string {
  const place =
    socketPath === undefined
      ? `--host=${quote(host)} --port=${String(port)}`
      : `--socket=${quote(socketPath)}`;
  return `mysqldump --single-transaction --hex-blob --result-file=turnpike.sql ${place} --user=${quote(user)} --password ${quote(database)}`;
}

/** For a shell of the POSIX kind. */
function quote(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
