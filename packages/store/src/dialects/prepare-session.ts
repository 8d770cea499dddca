import type { DatabaseSettings } from '../database-settings.ts';

type TimeoutSettings = Pick<DatabaseSettings, 'lockTimeoutMs' | 'idleTransactionTimeoutMs'>;

const DEFAULT_LOCK_TIMEOUT_MS = 10_000;
const DEFAULT_IDLE_TRANSACTION_TIMEOUT_MS = 15_000;

/** Statements for each new connection: no lock is waited for, and none held, for ever. */
export function preparePostgres(settings: TimeoutSettings): string[] {
  const { lockTimeoutMs, idleTransactionTimeoutMs } = withDefaults(settings);
  return [
    `SET lock_timeout = ${lockTimeoutMs};
     SET idle_in_transaction_session_timeout = ${idleTransactionTimeoutMs};
     SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED`,
  ];
}

/**
 * The same for MySQL and MariaDB, which count in seconds. MariaDB alone runs the first kind of comment, MySQL alone the
 * second: it has no time-out for transactions, only one for connections, which closes idle ones too. The pool lets those
 * go before.
 */
export function prepareMysql(settings: TimeoutSettings): string[] {
  const { lockTimeoutMs, idleTransactionTimeoutMs } = withDefaults(settings);
  const idleSeconds = toSeconds(idleTransactionTimeoutMs);
  return [
    // Strict mode: a value that does not fit is an error, never cut off silently.
    `SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES'),
         /*M!100300 SESSION idle_transaction_timeout = ${idleSeconds}, */
         /*!50700 SESSION wait_timeout = ${idleSeconds}, */
         SESSION innodb_lock_wait_timeout = ${toSeconds(lockTimeoutMs)}`,
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  ];
}

/** How long the pool keeps a connection to MySQL without work: shorter than the server does. */
export function mysqlIdleTimeoutMs(settings: TimeoutSettings): number {
  return Math.ceil((withDefaults(settings).idleTransactionTimeoutMs * 2) / 3);
}

function withDefaults({
  lockTimeoutMs = DEFAULT_LOCK_TIMEOUT_MS,
  idleTransactionTimeoutMs = DEFAULT_IDLE_TRANSACTION_TIMEOUT_MS,
}: TimeoutSettings): Required<TimeoutSettings> {
  return {
    lockTimeoutMs: Math.max(1, Math.round(lockTimeoutMs)),
    idleTransactionTimeoutMs: Math.max(1, Math.round(idleTransactionTimeoutMs)),
  };
}

/** 0 would mean "at once" for locks, and "never" for transactions. */
function toSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
