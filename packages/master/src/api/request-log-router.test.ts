import { beforeEach, describe, expect, it } from '@jest/globals';
import { requestLogSchema } from '@turnpike/core/contract';
import { openMaster, type TestMaster } from '../testing/open-master.ts';
import { pluck } from '../testing/pluck.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
  const row = { type: 2, content: 'ratio', quota: 10, model_name: 'gpt-4o', channel: 1 };
  await test.logs.add({ ...row, user_id: 3, username: 'alice', created_at: 100 });
  await test.logs.add({ ...row, user_id: 3, username: 'alice', created_at: 200, channel: 2 });
  await test.logs.add({ ...row, user_id: 2, username: 'admin', created_at: 300 });
  await test.logs.add({
    type: 3,
    content: 'managed',
    user_id: 3,
    username: 'alice',
    created_at: 400,
  });
});

const idsAt = async (path: string, caller = 'admin') =>
  pluck((await test.as(caller).get(path)).body.data, 'id');

describe('the log', () => {
  it.each([
    ['', [4, 3, 2, 1]],
    ['p=0&page_size=3', [4, 3, 2]],
    ['p=1&page_size=3', [1]],
    ['type=2', [3, 2, 1]],
    ['type=x', [4, 3, 2, 1]],
    ['username=alice&type=2', [2, 1]],
    ['start_timestamp=200&end_timestamp=300', [3, 2]],
    ['model_name=gpt-4o&channel=2', [2]],
  ])('answers ?%s to administrators', async (query, ids) => {
    expect(await idsAt(`/api/log/?${query}`)).toEqual(ids);
  });

  it('shows own rows without ids, whatever the filter asks for', async () => {
    const { body } = await test.as('alice').get('/api/log/self?username=admin&channel=2');

    expect(body.data).toHaveLength(3);
    for (const row of body.data)
      expect(requestLogSchema.strict().parse(row)).toMatchObject({ id: 0, user_id: 3 });
  });

  it('is searched by type or by the beginning of the content', async () => {
    expect(await idsAt('/api/log/search?keyword=managed')).toEqual([4]);
    expect(await idsAt('/api/log/search?keyword=2')).toEqual([3, 2, 1]);
  });

  it.each([
    ['3', 1],
    ['2', 2],
    ['0', 0],
    ['managed', 0],
    ['', 0],
  ])('answers own rows to the keyword "%s" by type only: %i', async (keyword, count) => {
    const { body } = await test.as('alice').get(`/api/log/self/search?keyword=${keyword}`);

    expect(body.data).toHaveLength(count);
  });

  it('sums what was charged', async () => {
    const statAt = async (path: string, caller: string) =>
      (await test.as(caller).get(path)).body.data;

    expect(await statAt('/api/log/stat?type=3', 'admin')).toEqual({ quota: 30 });
    expect(await statAt('/api/log/stat?username=alice', 'admin')).toEqual({ quota: 20 });
    expect(await statAt('/api/log/self/stat?username=admin', 'alice')).toEqual({ quota: 20 });
    expect(await statAt('/api/log/self/stat?channel=2', 'alice')).toEqual({ quota: 10 });
  });

  it('is deleted up to a moment that must be given', async () => {
    const remove = async (query: string) =>
      (await test.as('admin').delete(`/api/log/${query}`)).body;

    expect(await remove('')).toMatchObject({ param: 'target_timestamp' });
    expect(await remove('?target_timestamp=0')).toMatchObject({ param: 'target_timestamp' });
    expect(await remove('?target_timestamp=300')).toEqual({ success: true, message: '', data: 2 });
    expect(test.logs.rows.map(({ id }) => id)).toEqual([3, 4]);
    expect(test.audit).toMatchObject([
      { action: 'log.delete', details: { before: 300, count: 2 } },
    ]);
  });
});
