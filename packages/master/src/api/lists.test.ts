import { beforeAll, describe, expect, it } from '@jest/globals';
import { openMaster, type TestMaster } from '../testing/open-master.ts';
import { pluck } from '../testing/pluck.ts';

let test: TestMaster;
beforeAll(async () => {
  test = await openMaster({ globalApiRateLimit: 0 });
  const tokens = Array.from({ length: 12 }, (_, index) => ({ name: `key-${String(index)}` }));
  for (const token of tokens) await test.as('alice').post('/api/token/').send(token);
  for (const group of ['a', 'b'])
    await test.as('admin').post('/api/channel/').send({ key: 'k', type: 1, group, models: group });
});

describe('a list', () => {
  it('is a bare array of ten unless asked for more', async () => {
    const { body, headers } = await test.as('alice').get('/api/token/');

    expect(body.data).toHaveLength(10);
    expect(headers['x-total-count']).toBe('12');
    expect(headers).not.toHaveProperty('x-total-capped');
    const second = await test.as('alice').get('/api/token/?p=1');
    expect(pluck(second.body.data, 'name')).toEqual(['key-1', 'key-0']);
    expect(second.headers).not.toHaveProperty('x-next-cursor');
  });

  it('goes on where its cursor says', async () => {
    const names: unknown[] = [];
    const path = '/api/token/?page_size=5&sort=name&direction=asc';
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { body, headers } = await test.as('alice').get(`${path}&cursor=${cursor}`);
      names.push(...pluck(body.data, 'name'));
      cursor = headers['x-next-cursor'];
    }

    expect(names).toEqual([...names].sort());
    expect(names).toHaveLength(12);
  });

  it('filters', async () => {
    const channels = await test.as('admin').get('/api/channel/?group=b');
    expect(pluck(channels.body.data, 'group')).toEqual(['b']);
    expect(channels.headers['x-total-count']).toBe('1');
    expect((await test.as('admin').get('/api/channel/?status=2')).body.data).toEqual([]);
    const users = await test.as('admin').get('/api/user/?role=10');
    expect(pluck(users.body.data, 'username')).toEqual(['admin']);
  });

  it('refuses an order that it does not know', async () => {
    for (const query of ['sort=password', 'direction=up', 'sort=id;DROP'])
      expect((await test.as('admin').get(`/api/user/?${query}`)).body).toMatchObject({
        success: false,
        code: 'invalid_parameter',
        param: query.split('=')[0],
      });
  });

  it('refuses text that no database can compare', async () => {
    for (const path of ['/api/user/search?keyword=%00', '/api/token/?keyword=a%00b'])
      expect((await test.as('admin').get(path)).body.code).toBe('invalid_parameter');
    const created = await test.as('alice').post('/api/token/').send({ name: 'a\0' });
    expect(created.body.code).toBe('invalid_parameter');
  });
});

describe('a search', () => {
  const search = async (query: string) => {
    const { body, headers } = await test.as('alice').get(`/api/token/search?keyword=key-${query}`);
    const names = pluck(body.data, 'name');
    return { names, total: headers['x-total-count'], cursor: headers['x-next-cursor'] };
  };

  it('gives everything at once, oldest first, and says how much that is', async () => {
    const { names, total, cursor } = await search('');

    expect([names.length, names[0], total, cursor]).toEqual([12, 'key-0', '12', undefined]);
  });

  it.each([
    ['&p=0', 10, 'key-0'],
    ['&p=1', 2, 'key-10'],
    ['&page_size=5', 5, 'key-0'],
    ['&p=2&page_size=5', 2, 'key-10'],
    ['&p=9', 0, undefined],
    ['&p=x', 10, 'key-0'],
    ['&page_size=x', 12, 'key-0'],
  ])('comes in pages where they are asked for: %s', async (query, count, first) => {
    const { names, total } = await search(query);

    expect([names.length, names[0], total]).toEqual([count, first, '12']);
  });

  it('goes on where its cursor says', async () => {
    const { cursor } = await search('&page_size=5');
    const { names, total } = await search(`&page_size=100&cursor=${String(cursor)}`);

    expect([names.length, names[0], total]).toEqual([7, 'key-5', undefined]);
  });

  it('of a thousand rows and more says that there are more, and where they begin', async () => {
    const other = await openMaster({ globalApiRateLimit: 0 });
    const rows = Array.from({ length: 1003 }, () => ({ key: 'k', type: 1, name: 'many' }));
    await other.channels.createMany(rows);
    const first = await other.as('admin').get('/api/channel/search?keyword=many');
    const cursor = first.headers['x-next-cursor'] as string;
    const rest = await other.as('admin').get(`/api/channel/search?keyword=many&cursor=${cursor}`);

    expect(first.body.data).toHaveLength(1000);
    expect(first.headers['x-total-count']).toBe('1003');
    expect(pluck(rest.body.data, 'id')).toEqual([1001, 1002, 1003]);
  });

  it.each(['/api/user', '/api/channel', '/api/redemption'])('is paged at %s too', async (path) => {
    const { body, headers } = await test.as('admin').get(`${path}/search?keyword=&page_size=1`);

    expect(body.data.length).toBe(Math.min(1, Number(headers['x-total-count'])));
  });

  it('of the log gives 100 rows, or pages up to the thousandth', async () => {
    const other = await openMaster({ globalApiRateLimit: 0 });
    for (let row = 0; row < 1100; row += 1)
      await other.logs.add({ type: 1, content: 'a', user_id: 3 });
    const count = async (as: string, path: string) =>
      ((await other.as(as).get(path)).body.data as unknown[]).length;

    expect(await count('admin', '/api/log/search?keyword=a')).toBe(100);
    expect(await count('admin', '/api/log/search?keyword=a&p=10&page_size=99')).toBe(10);
    expect(await count('admin', '/api/log/search?keyword=a&p=11&page_size=100')).toBe(0);
    expect(await count('alice', '/api/log/self/search?keyword=1&p=9&page_size=100')).toBe(100);
    expect(await count('alice', '/api/log/self/search?keyword=1&p=10&page_size=100')).toBe(0);
  });
});
