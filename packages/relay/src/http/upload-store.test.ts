import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FormSegment } from '@turnpike/adaptors';
import { UploadStore } from './upload-store.ts';

describe('UploadStore', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'turnpike-upload-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  async function readWhole(store: UploadStore, segments: readonly FormSegment[]): Promise<Buffer> {
    const body = store.read(segments);
    return Buffer.isBuffer(body) ? body : buffer(body);
  }

  it.each([
    ['memory', 10, 0],
    ['a file', 70, 1],
  ])('keeps an upload in %s, and gives it as often as wanted', async (_place, chunks, files) => {
    const store = new UploadStore(directory, 'a');
    const chunk = Buffer.alloc(32 * 1024, 'x');
    for (let n = 0; n < chunks; n += 1) await store.append(chunk);
    await store.append(Buffer.from('MODELend'));
    expect(readdirSync(directory)).toHaveLength(files);

    const start = chunks * chunk.length;
    const end = store.byteLength;
    for (let n = 0; n < 2; n += 1) {
      expect(
        (
          await readWhole(store, [
            { start: 0, end: start },
            Buffer.from('another'),
            { start: start + 5, end },
          ])
        )
          .subarray(start)
          .toString(),
      ).toBe('anotherend');
      expect((await readWhole(store, [{ start: 0, end }])).length).toBe(end);
    }

    await store.discard();
    expect(readdirSync(directory)).toEqual([]);
  });
});
