import { closeSync, fdatasync, openSync, realpathSync } from 'node:fs';

type SyncFile = (descriptor: number, done: (error: Error | null) => void) => void;

/**
 * Brings the write-ahead log of a SQLite database to the disk, without making the event loop wait for it. SQLite itself
 * can only do that inside its commit. A commit with `synchronous = NORMAL` and then this is as durable as one with FULL:
 * the same file is synced after the same writes, and whoever waits for the charge waits for both.
 *
 * Nothing is locked by a log's file, so closing this second descriptor of it takes no lock from SQLite.
 */
export class WalSync {
  readonly #descriptor: number;
  readonly #syncFile: SyncFile;
  #failure: Error | undefined;

  /** @param databaseFile open in WAL mode by a connection that outlives this, so that its log is never replaced */
  constructor(databaseFile: string, syncFile: SyncFile = fdatasync) {
    this.#descriptor = openSync(`${realpathSync(databaseFile)}-wal`, 'r+');
    this.#syncFile = syncFile;
  }

  /**
   * Resolves when everything that was committed before is on the disk.
   *
   * @throws when it is not, and ever after: the system may drop what it could not write and call the next sync a
   *   success, so only what a new start finds in the file can be trusted
   */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#syncFile(this.#descriptor, (error) => {
        if (error !== null) this.#failure ??= toFailure(error);
        if (this.#failure === undefined) resolve();
        else reject(this.#failure);
      });
    });
  }

  /** Why nothing can be made durable any more; undefined: it can. */
  get failure(): string | undefined {
    return this.#failure?.message;
  }

  /** @throws where a sync has failed */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** With the code that SQLite would give. */
function toFailure(cause: Error): Error {
  const message = `the database's log could not be synced (${cause.message}): nothing is charged until a restart`;
  return Object.assign(new Error(message, { cause }), { code: 'SQLITE_IOERR_FSYNC' });
}
