import { errorCodeOf, isConnectionFailure } from './driver-error.ts';

/**
 * The codes of drivers and of the system that mean "not now": full disks, locks, servers that are away, stopping or out
 * of connections. A statement that is wrong has others, and is a bug.
 */
const OUTAGE =
  /^(?:SQLITE_(?:FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|NOMEM)|E[A-Z]+$|EAI_|PROTOCOL_|08|25006|40|53|57|55P03|ER_(?:LOCK_|CON_COUNT|DISK_FULL|RECORD_FILE_FULL|SERVER_SHUTDOWN|NET_|OPTION_PREVENTS))/;

/** Whether a failure of the database will pass by itself, or when an operator does something about it. */
export function isOutage(error: unknown): boolean {
  return OUTAGE.test(errorCodeOf(error)) || isConnectionFailure(error);
}
