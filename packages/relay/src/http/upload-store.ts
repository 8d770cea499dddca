import { createReadStream } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Uploads up to this size stay in memory; larger ones go to a file that every attempt can read again. */
const MEMORY_BYTES = 1024 * 1024;

/** Bytes to put in the place of a range of the upload. */
export interface Replacement {
  start: number;
  end: number;
  bytes: Buffer;
}

/** The bytes of an upload, in memory or in a temporary file. Written once, read as often as needed. */
export class UploadStore {
  readonly #directory: string;
  readonly #name: string;
  #chunks: Buffer[] = [];
  #length = 0;
  #file: FileHandle | undefined;

  constructor(directory: string, name: string) {
    this.#directory = directory;
    this.#name = name;
  }

  get byteLength(): number {
    return this.#length;
  }

  async append(chunk: Buffer): Promise<void> {
    this.#length += chunk.length;
    if (this.#file !== undefined) {
      await this.#file.write(chunk);
      return;
    }
    this.#chunks.push(chunk);
    if (this.#length <= MEMORY_BYTES) return;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#file = await open(this.#path, 'wx', 0o600);
    await this.#file.writev(chunks);
  }

  /** The whole upload with some ranges replaced (in order, not overlapping), and its length. */
  read(replacements: readonly Replacement[]): { body: Buffer | Readable; byteLength: number } {
    const pieces: (Buffer | { start: number; end: number })[] = [];
    let from = 0;
    for (const { start, end, bytes } of replacements) {
      pieces.push({ start: from, end: start }, bytes);
      from = end;
    }
    pieces.push({ start: from, end: this.#length });
    const byteLength = pieces.reduce(
      (sum, piece) => sum + (Buffer.isBuffer(piece) ? piece.length : piece.end - piece.start),
      0,
    );
    return {
      body:
        this.#file === undefined ? this.#readMemory(pieces) : Readable.from(this.#readFile(pieces)),
      byteLength,
    };
  }

  /** Removes the temporary file. */
  async discard(): Promise<void> {
    this.#chunks = [];
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    await file.close();
    await unlink(this.#path);
  }

  get #path(): string {
    return join(this.#directory, `upload-${this.#name}`);
  }

  #readMemory(pieces: readonly (Buffer | { start: number; end: number })[]): Buffer {
    const whole = Buffer.concat(this.#chunks, this.#length);
    return Buffer.concat(
      pieces.map((piece) =>
        Buffer.isBuffer(piece) ? piece : whole.subarray(piece.start, piece.end),
      ),
    );
  }

  async *#readFile(
    pieces: readonly (Buffer | { start: number; end: number })[],
  ): AsyncGenerator<Buffer> {
    for (const piece of pieces) {
      if (Buffer.isBuffer(piece)) yield piece;
      else if (piece.end > piece.start)
        yield* createReadStream(this.#path, {
          start: piece.start,
          end: piece.end - 1,
        }) as AsyncIterable<Buffer>;
    }
  }
}
