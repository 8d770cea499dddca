import { Worker } from 'node:worker_threads';
import type { Knex } from 'knex';
import { BetterSqliteClient, sqliteDriverPath, type QueryObject } from './better-sqlite-client.ts';

/**
 * Knex for SQLite that reads in a thread of its own. The driver is synchronous: a sum over a million log rows would
 * hold up every stream that is open. The thread starts with the first query and ends when it was idle for a while.
 */
export function createSqliteReaderClient(file: string, busyTimeoutMs: number): typeof Knex.Client {
  class SqliteReaderClient extends BetterSqliteClient {
    override acquireRawConnection(): Promise<ReaderThread> {
      return Promise.resolve(new ReaderThread(file, busyTimeoutMs));
    }

    override destroyRawConnection(thread: ReaderThread): Promise<void> {
      return thread.close();
    }

    override validateConnection(thread: ReaderThread): boolean {
      return thread.isAlive;
    }

    async _query(thread: ReaderThread, query: QueryObject): Promise<QueryObject> {
      query.response = await thread.read(query.sql, this._formatBindings(query.bindings));
      return query;
    }
  }
  return SqliteReaderClient as unknown as typeof Knex.Client;
}

type Answer = { id: number } & (
  { rows: unknown[] } | { failure: { message: string; code: string } }
);

interface Waiting {
  resolve(rows: unknown[]): void;
  reject(error: Error): void;
}

/** One thread with one connection that changes nothing, but may make checkpoints. */
class ReaderThread {
  isAlive = true;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(file: string, busyTimeoutMs: number) {
    this.#worker = new Worker(program, {
      eval: true,
      workerData: { driver: sqliteDriverPath, file, busyTimeoutMs },
      // What it makes is short-lived and small; the default would let it grow by 48 MB.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    this.#worker.on('message', (answer: Answer) => {
      this.#settle(answer);
    });
    this.#worker.on('error', (error) => {
      this.#fail(error);
    });
    this.#worker.on('exit', () => {
      this.#fail(new Error('the reading thread ended'));
    });
  }

  read(sql: string, bindings: readonly unknown[]): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id: this.#lastId, sql, bindings });
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    // An idle thread keeps no process alive.
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('rows' in answer) waiting?.resolve(answer.rows);
    else waiting?.reject(Object.assign(new Error(answer.failure.message), answer.failure));
  }

  #fail(error: Error): void {
    this.isAlive = false;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

// As text, because a file would have another name before and after the build.
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Sqlite = require(workerData.driver);
  const db = new Sqlite(workerData.file, { fileMustExist: true, timeout: workerData.busyTimeoutMs });
  db.pragma('query_only = ON');
  parentPort.on('message', ({ id, sql, bindings }) => {
    try {
      parentPort.postMessage({ id, rows: db.prepare(sql).all(bindings) });
    } catch (error) {
      parentPort.postMessage({ id, failure: { message: error.message, code: error.code } });
    }
  });
`;
