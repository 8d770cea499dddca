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
