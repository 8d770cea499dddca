import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestStore } from '../testing/open-test-store.ts';

/** `checkWrites` on any database. */
export function describeCheckWrites(name: string, open: () => Promise<TestStore>): void {
  describe(`checkWrites (${name})`, () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    it('writes, and leaves nothing behind', async () => {
      const facts = () => test.database.knex('turnpike_meta').select().orderBy('name');
      const before: unknown = await facts();
      await test.store.checkWrites();
      expect(await facts()).toEqual(before);
    });

    it('takes back what an earlier look could not', async () => {
      const own = { name: 'write-check' };
      await test.database.knex('turnpike_meta').insert({ ...own, value: 'left behind' });
      await test.store.checkWrites();
      expect(await test.database.knex('turnpike_meta').where(own)).toEqual([]);
    });
  });
}
