import { createReadStream } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FormSegment } from '@turnpike/adaptors';

/** Uploads up to this size stay in memory; larger ones go to a file that every attempt can read again. */
const MEMORY_BYTES = 1024 * 1024;

/** A piece of an upload, or where it is until the upload is discarded. */
export type FileContent = { bytes: Uint8Array } | { path: string; start: number; end: number };

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

  /** Pieces of the upload and new bytes, one after the other. */
  read(segments: readonly FormSegment[]): Buffer | Readable {
    return this.#file === undefined
      ? this.#readMemory(segments)
      : Readable.from(this.#readFile(segments));
  }

  /** One piece of the upload, without reading what is on the disk. */
  locate({ start, end }: { start: number; end: number }): FileContent {
    if (this.#file !== undefined) return { path: this.#path, start, end };
    return { bytes: Buffer.concat(this.#chunks, this.#length).subarray(start, end) };
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

  #readMemory(segments: readonly FormSegment[]): Buffer {
    const whole = Buffer.concat(this.#chunks, this.#length);
    return Buffer.concat(
      segments.map((piece) =>
        Buffer.isBuffer(piece) ? piece : whole.subarray(piece.start, piece.end),
      ),
    );
  }

  async *#readFile(segments: readonly FormSegment[]): AsyncGenerator<Buffer> {
    for (const piece of segments) {
      if (Buffer.isBuffer(piece)) yield piece;
      else
        yield* createReadStream(this.#path, {
          start: piece.start,
          end: piece.end - 1,
        }) as AsyncIterable<Buffer>;
    }
  }
}
