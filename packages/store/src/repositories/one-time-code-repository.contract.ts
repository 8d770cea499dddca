import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OneTimeCode, OneTimeCodeRepository } from '@turnpike/core';
import { testNow, type TestStore } from '../testing/open-test-store.ts';

/** Every promise of `OneTimeCodeRepository`. */
export function describeOneTimeCodeRepository(name: string, open: () => Promise<TestStore>): void {
  describe(`OneTimeCodeRepository (${name})`, () => {
    let test: TestStore;
    let codes: OneTimeCodeRepository;
    beforeAll(async () => {
      test = await open();
      codes = test.store.oneTimeCodes;
    });
    afterAll(() => test.close());

    const right = 'a'.repeat(64);
    const wrong = 'b'.repeat(64);
    const put = (subject: string, fields: Partial<OneTimeCode> = {}) =>
      codes.put({
        purpose: 'verification',
        subject,
        codeHash: right,
        payload: 'for you',
        expiresAt: testNow + 1000,
        ...fields,
      });
    const redeem = (subject: string, codeHash = right, now = testNow) =>
      codes.redeem({ purpose: 'verification', subject, codeHash, now, maxAttempts: 3 });

    it('opens once', async () => {
      await put('once');
      expect(await redeem('once')).toBe('for you');
      expect(await redeem('once')).toBeUndefined();
    });

    it('opens for one of many at the same time', async () => {
      await put('many');
      const results = await Promise.all(
        Array.from({ length: 8 }, () =>
          codes.redeem({
            ...{ purpose: 'verification', subject: 'many', codeHash: right, now: testNow },
            maxAttempts: 100,
          }),
        ),
      );
      expect(results.filter((payload) => payload !== undefined)).toEqual(['for you']);
    });

    it('is lost after as many wrong guesses as are allowed', async () => {
      await put('guessed');
      expect(await redeem('guessed', wrong)).toBeUndefined();
      expect(await redeem('guessed', wrong)).toBeUndefined();
      expect(await redeem('guessed')).toBe('for you');

      await put('guessed');
      for (let guess = 0; guess < 3; guess += 1) await redeem('guessed', wrong);
      expect(await redeem('guessed')).toBeUndefined();
    });

    it('takes the place of the one before, with new attempts', async () => {
      await put('again', { codeHash: wrong });
      for (let guess = 0; guess < 3; guess += 1) await redeem('again');
      await put('again', { payload: 'new' });
      expect(await redeem('again', wrong)).toBeUndefined();
      expect(await redeem('again')).toBe('new');
    });

    it('opens nothing of another purpose or subject, or too late', async () => {
      await put('Alice@example.com');
      expect(await redeem('alice@example.com')).toBeUndefined();
      const reset = { purpose: 'reset', subject: 'Alice@example.com', codeHash: right } as const;
      expect(await codes.redeem({ ...reset, now: testNow, maxAttempts: 3 })).toBeUndefined();
      expect(await redeem('Alice@example.com', right, testNow + 1000)).toBeUndefined();
      expect(await redeem('Alice@example.com')).toBe('for you');
    });

    it('is pruned once it expired', async () => {
      await put('old', { expiresAt: 5 });
      await put('fresh');
      expect(await codes.prune(testNow)).toBeGreaterThanOrEqual(1);
      expect(await redeem('old', right, 1)).toBeUndefined();
      expect(await redeem('fresh')).toBe('for you');
    });
  });
}
