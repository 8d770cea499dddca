import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page, PageQuery } from '@turnpike/core';
import { makeNewApiToken, makeNewUser } from '../testing/make-accounts.ts';
import type { TestStore } from '../testing/open-test-store.ts';

/** The promises of every list that is read page by page. */
export function describePaging(name: string, open: () => Promise<TestStore>): void {
  describe(`lists by page (${name})`, () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
      // Equal ranks, NULL, and names that are not ASCII.
      for (const [index, quota] of [30, 10, 30, 20, 10, 30].entries())
        await test.store.users.create(makeNewUser({ username: `用户-${index}`, quota }));
      await test.database
        .knex('users')
        .where({ username: '用户-1' })
        .update({ request_count: null });
    });
    afterAll(() => test.close());

    const first = { offset: 0, limit: 2, direction: 'desc' } as const;

    /** Every row, by following cursors; a change may happen between two pages. */
    async function readAll<Row, Sort extends string>(
      read: (page: PageQuery<Sort>) => Promise<Page<Row>>,
      page: PageQuery<Sort>,
      between: () => Promise<unknown> = async () => undefined,
    ): Promise<Row[]> {
      const rows: Row[] = [];
      for (let cursor: string | undefined, count = 0; count < 50; count += 1) {
        const found = await read({ ...page, ...(cursor !== undefined && { cursor }) });
        rows.push(...found.rows);
        cursor = found.nextCursor;
        if (cursor === undefined) return rows;
        await between();
      }
      throw new Error('the list never ends');
    }

    it.each(['id', 'username', 'quota', 'used_quota', 'request_count'] as const)(
      'reads users by %s both ways, each row once',
      async (sort) => {
        const { users } = test.store;
        const whole = { offset: 0, limit: 100, sort };
        for (const direction of ['asc', 'desc'] as const) {
          const expected = (await users.page({}, { ...whole, direction })).rows;
          const pages = await readAll((page) => users.page({}, page), {
            ...first,
            sort,
            direction,
          });

          expect(pages.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
          expect(new Set(pages.map(({ id }) => id)).size).toBe(6);
        }
      },
    );

    it('sorts equal ranks by their ids, the newest first', async () => {
      const { rows } = await test.store.users.page({}, { ...first, limit: 100, sort: 'quota' });

      expect(rows.map(({ quota }) => quota)).toEqual([30, 30, 30, 20, 10, 10]);
      expect(rows[0]!.id).toBeGreaterThan(rows[1]!.id);
    });

    it('counts the rows that a filter finds, on pages by number only', async () => {
      const { users } = test.store;
      const filter = { keyword: '用户-', status: 1 };
      const page = await users.page(filter, { ...first, sort: 'id', offset: 4 });

      expect(page).toMatchObject({ total: { count: 6, isCapped: false } });
      expect([page.rows.length, page.nextCursor]).toEqual([2, undefined]);
      const { nextCursor } = await users.page(filter, { ...first, sort: 'id' });
      const next = await users.page(filter, { ...first, sort: 'id', cursor: nextCursor! });
      expect(next.total).toBeUndefined();
      expect((await users.page({ group: 'nobody' }, { ...first, sort: 'id' })).total).toEqual({
        count: 0,
        isCapped: false,
      });
    });

    it('shows no row twice although new ones come in between', async () => {
      const { channels } = test.store;
      const add = (model: string) =>
        channels.createMany([{ key: 'k', name: 'page', models: `a, ${model}`, balance: 1.5 }]);
      for (let count = 0; count < 5; count += 1) await add('mine');

      const read = (query: PageQuery<'id'>) => channels.page({ model: 'mine' }, query);
      const seen = await readAll(read, { ...first, sort: 'id' }, () => add('mine'));

      expect(seen.map(({ id }) => id)).toEqual([...new Set(seen.map(({ id }) => id))]);
      expect(seen).toHaveLength(5);
      const byBalance = await readAll((query) => channels.page({ model: 'mine' }, query), {
        ...first,
        sort: 'balance',
      });
      expect(byBalance).toHaveLength(7);
    });

    it('ranks tokens without a limit above all others', async () => {
      const { users, apiTokens } = test.store;
      const { id: userId } = await users.create(makeNewUser());
      for (const [name, remainQuota, unlimitedQuota] of [
        ['small', 5, false],
        ['free', 0, true],
        ['large', 900, false],
      ] as const)
        await apiTokens.create(makeNewApiToken({ userId, name, remainQuota, unlimitedQuota }));

      const read = (page: PageQuery<'remain_quota'>) => apiTokens.page({ userId }, page);
      const tokens = await readAll(read, { ...first, limit: 1, sort: 'remain_quota' });

      expect(tokens.map(({ name: tokenName }) => tokenName)).toEqual(['free', 'large', 'small']);
    });

    it('refuses cursors that it did not give out', async () => {
      const { users } = test.store;
      const { nextCursor = '' } = await users.page({}, { ...first, sort: 'quota' });
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const bad = [
        'x',
        'bnVsbA',
        encode(['quota', 'desc', "1' OR 1=1", 1]),
        encode(['quota', 'desc', 1.5, 1]),
        encode(['quota', 'desc', 1, '1']),
        encode(['quota', 'asc', 1, 1]),
        nextCursor.slice(0, -4),
      ];

      for (const cursor of bad)
        await expect(users.page({}, { ...first, sort: 'quota', cursor })).rejects.toMatchObject({
          code: 'invalid_parameter',
          details: { param: 'cursor' },
        });
      const byName = users.page({}, { ...first, sort: 'username', cursor: nextCursor });
      await expect(byName).rejects.toMatchObject({ code: 'invalid_parameter' });
    });
  });
}
