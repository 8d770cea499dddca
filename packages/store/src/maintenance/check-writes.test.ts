import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestStore, type TestStore } from '../testing/open-test-store.ts';
import { describeCheckWrites } from './check-writes.contract.ts';
import { checkWrites } from './check-writes.ts';

describeCheckWrites('SQLite', () => openTestStore('sqlite'));

describe('checkWrites on SQLite', () => {
  let test: TestStore;
  beforeEach(async () => {
    test = await openTestStore('sqlite');
  });
  afterEach(() => test.close());

  it('finds a file that can not grow, and that it can again', async () => {
    const { knex } = test.database;
    const [{ page_count: pages }] = (await knex.raw('PRAGMA page_count')) as [
      { page_count: number },
    ];
    const limit = (most: number): Promise<unknown> =>
      knex.raw(`PRAGMA max_page_count = ${String(most)}`).then();
    await limit(pages);
    await expect(checkWrites(test.database)).rejects.toMatchObject({ code: 'SQLITE_FULL' });
    await limit(pages + 1000);
    await expect(checkWrites(test.database)).resolves.toBeUndefined();
  });
});
