/**
 * The codes of drivers and of the system that mean "not now": full disks, locks, servers that are away, stopping or out
 * of connections. A statement that is wrong has others, and is a bug.
 */
const OUTAGE =
  /^(?:SQLITE_(?:FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|NOMEM)|E[A-Z]+$|EAI_|PROTOCOL_|08|25006|40|53|57|55P03|ER_(?:LOCK_|CON_COUNT|DISK_FULL|RECORD_FILE_FULL|SERVER_SHUTDOWN|NET_|OPTION_PREVENTS))/;

const BROKEN_CONNECTION = /connection (?:is closed|is in closed state|terminated|ended|timeout)/i;

/** Whether a failure of the database will pass by itself, or when an operator does something about it. */
export function isOutage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
  return (
    (typeof code === 'string' && OUTAGE.test(code)) ||
    name === 'KnexTimeoutError' ||
    BROKEN_CONNECTION.test(String(message))
  );
}
