import type { UsageBatch } from '@turnpike/core';

/** One usage batch in the journal, until the database has it. */
export interface StoredBatch {
  readonly id: string;
  /** The batch's JSON. @throws when the disk does not give it back */
  read(): string;
}

/** A batch that another process left behind, now in this journal. */
export interface AdoptedBatch {
  stored: StoredBatch;
  batch: UsageBatch;
}

/**
 * Where a relay keeps the usage batches that the database has not acknowledged. Once appended, a batch survives the
 * process; once synced, it survives the machine.
 */
export interface Journal {
  /** Batches survive the process; false: they are only in memory (`JOURNAL_DIR=off`). */
  readonly isDurable: boolean;
  /** Bytes that count against the budget. */
  readonly bytes: number;
  /** @throws when the disk refuses it (full, permission); nothing of the batch is kept then */
  append(id: string, json: string): StoredBatch;
  /** Everything appended so far is on the disk. @throws when the disk refuses; nothing is known to be safe then */
  sync(): Promise<void>;
  /** The database has these batches, or nobody wants them any more. Never throws; repeat-safe. */
  drop(batches: readonly StoredBatch[]): void;
  /**
   * Takes over what dead processes left behind: from now on their batches are in this journal. Each is handed to one
   * adopter only. What can not be taken over now is tried again with the next call. Never rejects.
   */
  adopt(take: (adopted: AdoptedBatch) => void): Promise<void>;
  /** What is not acknowledged can be adopted by another process from now on. */
  close(): Promise<void>;
}
