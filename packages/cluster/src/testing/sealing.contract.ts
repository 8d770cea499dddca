import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SecretKeys } from '@turnpike/core';
import { openTestRedis, type TestRedis } from './open-test-redis.ts';
import { testSecrets } from './state-secrets.ts';

/** One entry of a store that keeps what users said in Redis, by user. */
export interface SealingHarness {
  /** Through a store with the secrets of the tests. */
  put(userId: number, text: string): Promise<void>;
  /** Something that holds the text, through a store that has nothing in memory; undefined where it is forgotten. */
  find(userId: number, secrets?: SecretKeys): Promise<string | undefined>;
  /** As Redis has it. */
  read(userId: number): Promise<Buffer | null>;
  overwrite(userId: number, bytes: Buffer): Promise<void>;
  /** The entry as versions wrote it that sealed nothing. */
  ofBefore(text: string): Promise<Buffer>;
}

/** Who can read Redis learns nothing, and who can write it can forge nothing: the worst is that something is forgotten. */
export function describeSealing(name: string, open: (test: TestRedis) => SealingHarness): void {
  describe(`${name}, sealed`, () => {
    let test: TestRedis;
    let harness: SealingHarness;
    beforeAll(async () => {
      test = await openTestRedis();
      harness = open(test);
    });
    afterAll(() => test.close());

    async function readEntry(userId: number): Promise<Buffer> {
      const entry = await harness.read(userId);
      if (entry === null) throw new Error('nothing was written');
      return entry;
    }

    it('shows nothing of what it keeps', async () => {
      await harness.put(1, 'what the user said');
      const entry = await readEntry(1);
      expect(entry.includes('what the user said')).toBe(false);
      expect(() => gunzipSync(entry)).toThrow();
      expect(await harness.find(1)).toContain('what the user said');
    });

    it('opens what was kept under the secret of before, and nothing without it', async () => {
      await harness.put(2, 'said before');
      const changed = { current: 'the next secret', older: [testSecrets.current] };
      expect(await harness.find(2, changed)).toContain('said before');
      expect(await harness.find(2, { ...changed, older: [] })).toBeUndefined();
    });

    it('forgets what was moved from one user to another', async () => {
      await harness.put(3, 'a secret of three');
      await harness.put(4, 'nothing of note');
      await harness.overwrite(4, await readEntry(3));
      expect(await harness.find(4)).toBeUndefined();
      expect(await harness.find(3)).toContain('a secret of three');
    });

    it.each([
      ['was changed', (entry: Buffer) => entry.map((byte, at) => (at === 40 ? byte ^ 1 : byte))],
      ['was cut', (entry: Buffer) => entry.subarray(0, 20)],
      ['is empty', () => Buffer.alloc(0)],
      ['is something else', () => Buffer.from('[{"family":"anthropic"}]')],
    ])('forgets what %s', async (_title, change) => {
      await harness.put(5, 'something of five');
      await harness.overwrite(5, Buffer.from(change(await readEntry(5))));
      expect(await harness.find(5)).toBeUndefined();
    });

    it('forgets what a version kept that sealed nothing', async () => {
      await harness.put(6, 'anything');
      await harness.overwrite(6, await harness.ofBefore('planted'));
      expect(await harness.find(6)).toBeUndefined();
    });
  });
}
