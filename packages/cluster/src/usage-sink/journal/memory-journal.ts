import type { Journal, StoredBatch } from './journal.ts';

/**
 * No journal (`JOURNAL_DIR=off`): batches stay in memory until they are acknowledged. Usage is lost when this process and
 * Redis are both killed, and only then.
 */
export function createMemoryJournal(): Journal {
  const sizes = new Map<StoredBatch, number>();
  let bytes = 0;
  return {
    isDurable: false,
    get bytes() {
      return bytes;
    },
    append(id, json) {
      const batch: StoredBatch = { id, read: () => json };
      const size = Buffer.byteLength(json);
      sizes.set(batch, size);
      bytes += size;
      return batch;
    },
    sync: () => Promise.resolve(),
    drop(batches) {
      for (const batch of batches) {
        bytes -= sizes.get(batch) ?? 0;
        sizes.delete(batch);
      }
    },
    adopt: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
