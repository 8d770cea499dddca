import type { Knex } from 'knex';
import { openBooks } from '../../load/books.mjs';
import { waitFor } from '../wait-for.ts';
import { times } from './cluster-times.ts';

/** A row that a transaction of the test's own has locked: who applies usage of that user stands still there. */
export interface RowLock {
  /** Resolves when somebody waits for the row, inside a transaction of theirs. */
  someoneWaits(): Promise<void>;
  release(): Promise<void>;
}

export async function lockUserRow(dsn: string, userId: number): Promise<RowLock> {
  const connection = openBooks({ dsn });
  const transaction = await connection.transaction();
  await transaction('users').select('id').where({ id: userId }).forUpdate();
  const countWaiting = dsn.startsWith('postgres') ? waitingInPostgres : waitingInMysql;
  return {
    async someoneWaits() {
      await waitFor(
        'somebody to wait for the row',
        async () => (await countWaiting(connection)) > 0,
        times.patience,
      );
    },
    async release() {
      await transaction.rollback();
      await connection.destroy();
    },
  };
}

async function waitingInPostgres(connection: Knex): Promise<number> {
  const { rows } = await connection.raw<{ rows: { count: string }[] }>(
    `SELECT count(*) AS count FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  );
  return Number(rows[0]?.count);
}

async function waitingInMysql(connection: Knex): Promise<number> {
  const [rows = []] = await connection.raw<{ count: number }[][]>(
    `SELECT count(*) AS count FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'`,
  );
  return Number(rows[0]?.count);
}
