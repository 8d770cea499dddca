import { setTimeout as wait } from 'node:timers/promises';
import type { Knex } from 'knex';
import { openBooks } from '../../load/books.mjs';
import { waitFor } from '../wait-for.ts';
import { times } from './cluster-times.ts';

/** A row that a transaction of the test's own has locked: who applies usage of that user stands still there. */
export interface RowLock {
  /** Resolves when a session waits for the row that did not at the call before; it is inside a transaction. */
  someoneWaits(): Promise<void>;
  release(): Promise<void>;
}

export async function lockUserRow(dsn: string, userId: number): Promise<RowLock> {
  const connection = openBooks({ dsn });
  const transaction = await connection.transaction();
  await transaction('users').select('id').where({ id: userId }).forUpdate();
  const listWaiting = dsn.startsWith('postgres') ? waitingInPostgres : waitingInMysql;
  // The database notices only later that a killed node's session has nobody any more.
  const seen = new Set<number>();
  return {
    someoneWaits: () =>
      waitFor(
        'somebody to wait for the row',
        async () => {
          const fresh = (await listWaiting(connection)).filter((session) => !seen.has(session));
          for (const session of fresh) seen.add(session);
          return fresh.length > 0;
        },
        times.patience,
      ).then(() => undefined),
    async release() {
      await transaction.rollback();
      await connection.destroy();
    },
  };
}

async function waitingInPostgres(connection: Knex): Promise<number[]> {
  const { rows } = await connection.raw<{ rows: { pid: number }[] }>(
    `SELECT pid FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  );
  return rows.map(({ pid }) => pid);
}

/** InnoDB shows what it showed before to whoever asks more often than every 100 ms. */
const innodbRefreshMs = 150;

async function waitingInMysql(connection: Knex): Promise<number[]> {
  await wait(innodbRefreshMs);
  const [rows = []] = await connection.raw<{ id: number }[][]>(
    `SELECT trx_mysql_thread_id AS id FROM information_schema.innodb_trx
      WHERE trx_state = 'LOCK WAIT'`,
  );
  return rows.map(({ id }) => id);
}
