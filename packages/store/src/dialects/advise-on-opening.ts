import { errorCodeOf, isConnectionFailure } from './driver-error.ts';

/** By the drivers' codes: PostgreSQL's SQLSTATE, MySQL's names, SQLite's. */
const advice: readonly (readonly [RegExp, string])[] = [
  [/^(?:28P01|28000|ER_ACCESS_DENIED_ERROR)$/, 'Check the user and the password.'],
  [
    /^(?:3D000|ER_BAD_DB_ERROR)$/,
    'Create this database, empty, or name another one: the gateway makes its tables itself.',
  ],
  [
    /^(?:42501|ER_DBACCESS_DENIED_ERROR)$/,
    'Let this user use the database, and create tables in it.',
  ],
  [/^(?:53300|ER_CON_COUNT_ERROR)$/, 'The server has no connection left: see SQL_MAX_OPEN_CONNS.'],
  [/^SQLITE_NOTADB$/, 'Name another file, or put a backup in its place.'],
  [/^SQLITE_CANTOPEN/, 'Name another path, or let this user read and write there.'],
];

/** What to do about a database that cannot be opened; empty where only its own words can tell. */
export function adviseOnOpening(error: unknown): string {
  const known = advice.find(([codes]) => codes.test(errorCodeOf(error)));
  if (known !== undefined) return known[1];
  return isConnectionFailure(error)
    ? 'Check the host and the port, and that the server runs and can be reached from here.'
    : '';
}
