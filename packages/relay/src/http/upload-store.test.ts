import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UploadStore, type Replacement } from './upload-store.ts';

describe('UploadStore', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'turnpike-upload-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  async function readWhole(
    store: UploadStore,
    replacements: readonly Replacement[],
  ): Promise<Buffer> {
    const { body, byteLength } = store.read(replacements);
    const whole = Buffer.isBuffer(body) ? body : await buffer(body);
    expect(whole.length).toBe(byteLength);
    return whole;
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
    const replacement = { start, end: start + 5, bytes: Buffer.from('another') };
    for (let n = 0; n < 2; n += 1) {
      expect((await readWhole(store, [replacement])).subarray(start).toString()).toBe('anotherend');
      expect((await readWhole(store, [])).length).toBe(store.byteLength);
    }

    await store.discard();
    expect(readdirSync(directory)).toEqual([]);
  });
});
