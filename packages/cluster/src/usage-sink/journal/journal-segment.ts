import {
  closeSync,
  fdatasync,
  ftruncateSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { encodeRecord, RECORD_HEADER_BYTES, type RecordPosition } from './journal-record.ts';

const toDisk = promisify(fdatasync);

/** One file of a journal: appended to, read at a position, and removed as a whole. */
export class JournalSegment {
  readonly path: string;
  readonly #fd: number;
  #size = 0;
  #isClosed = false;
  /** Bytes may be in the page cache only. */
  isDirty = false;
  /** Nothing may be appended any more: a record may be torn, or the disk failed. */
  isBroken = false;
  /** Batches in it that are not acknowledged. */
  live = 0;

  /** @throws when the file can not be made */
  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, 'ax+', 0o600);
  }

  get size(): number {
    return this.#size;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * One write to the page cache, a few microseconds: survives the process, not the machine.
   *
   * @throws what the file system says; the segment is then as it was before
   */
  append(payload: string): RecordPosition {
    const record = encodeRecord(payload);
    let written = 0;
    try {
      while (written < record.length) written += writeSync(this.#fd, record, written);
    } catch (error) {
      this.#cutBack();
      throw error;
    }
    const offset = this.#size + RECORD_HEADER_BYTES;
    this.#size += record.length;
    this.isDirty = true;
    return { offset, length: record.length - RECORD_HEADER_BYTES };
  }

  /** @throws when the disk does not give it back whole */
  read({ offset, length }: RecordPosition): string {
    const payload = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const count = readSync(this.#fd, payload, done, length - done, offset + done);
      if (count === 0) throw new Error(`${this.path} ends before byte ${String(offset + length)}`);
      done += count;
    }
    return payload.toString('utf8');
  }

  /** @throws when the disk refuses: the segment takes nothing any more, because a second sync would only seem to work */
  async sync(): Promise<void> {
    if (!this.isDirty || this.#isClosed) return;
    this.isDirty = false;
    try {
      await toDisk(this.#fd);
    } catch (error) {
      if (this.isClosed) return; // everything in it was acknowledged meanwhile
      this.isDirty = true;
      this.isBroken = true;
      throw error;
    }
  }

  /** Empties it: all its batches are acknowledged. */
  clear(): void {
    this.#size = 0;
    this.#cutBack();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#fd);
  }

  /** Closes and deletes it; a file that is gone already is fine. */
  remove(): void {
    this.close();
    try {
      unlinkSync(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  /** A torn record would hide everything behind it, so nothing may follow one. */
  #cutBack(): void {
    try {
      ftruncateSync(this.#fd, this.#size);
    } catch {
      this.isBroken = true;
    }
  }
}
