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
    const idle = { rpm: 0, tpm: 0 };

    expect(await statAt('/api/log/stat?type=3', 'admin')).toEqual({ quota: 30, ...idle });
    expect(await statAt('/api/log/stat?username=alice', 'admin')).toEqual({ quota: 20, ...idle });
    expect(await statAt('/api/log/self/stat?username=admin', 'alice')).toMatchObject({ quota: 20 });
    expect(await statAt('/api/log/self/stat?channel=2', 'alice')).toMatchObject({ quota: 10 });
  });

  it('tells the rates of the last minute beside it, whatever times are asked for', async () => {
    const now = test.clock.now() / 1000;
    const usage = { type: 2, content: '', prompt_tokens: 100, completion_tokens: 7, quota: 1 };
    const alice = { ...usage, user_id: 3, username: 'alice' };
    await test.logs.add({ ...alice, created_at: now - 59 });
    await test.logs.add({ ...alice, created_at: now - 61 });
    await test.logs.add({ ...usage, user_id: 2, username: 'admin', created_at: now });
    const ratesAt = async (path: string, caller: string) => {
      const { rpm, tpm } = (await test.as(caller).get(path)).body.data as Record<string, number>;
      return [rpm, tpm];
    };

    expect(await ratesAt('/api/log/stat', 'admin')).toEqual([2, 214]);
    expect(await ratesAt('/api/log/stat?end_timestamp=5', 'admin')).toEqual([2, 214]);
    expect(await ratesAt('/api/log/self/stat', 'alice')).toEqual([1, 107]);
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

  it('tells how many rows there are, and where the next page begins', async () => {
    const { headers, body } = await test.as('alice').get('/api/log/self?page_size=2');

    expect(headers).toMatchObject({ 'x-total-count': '3', 'x-next-cursor': expect.any(String) });
    expect(body.data).toHaveLength(2);
    const next = `/api/log/self?page_size=2&cursor=${headers['x-next-cursor']}`;
    expect((await test.as('alice').get(next)).body.data).toMatchObject([{ created_at: 100 }]);
  });
});

describe('the export of the log', () => {
  const download = (caller: string, path: string) => test.as(caller).get(path).buffer(true);

  it('is a file that a spreadsheet opens, and runs no formula', async () => {
    await test.logs.add({ type: 1, content: '=1+1, "quoted"', username: 'eve', created_at: 500 });

    const { headers, text } = await download('admin', '/api/log/export?start_timestamp=300');

    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(headers['content-disposition']).toMatch(
      /^attachment; filename="logs-\d{8}T\d{6}Z\.csv"$/,
    );
    expect(text.split('\n')).toEqual([
      '\uFEFFid,time,type,username,token_name,model_name,quota,prompt_tokens,completion_tokens,channel,request_id,elapsed_time,is_stream,content',
      `5,1970-01-01T00:08:20Z,1,eve,,,0,0,0,0,,0,false,"'=1+1, ""quoted"""`,
      '4,1970-01-01T00:06:40Z,3,alice,,,0,0,0,0,,0,false,managed',
      '3,1970-01-01T00:05:00Z,2,admin,,gpt-4o,10,0,0,1,,0,false,ratio',
      '',
    ]);
    expect(test.audit).toMatchObject([{ action: 'log.export', details: { startTimestamp: 300 } }]);
  });

  it('has own rows only, without ids, for everybody', async () => {
    const { text } = await download('alice', '/api/log/self/export?username=admin');

    const [head, ...lines] = text.slice(0, -1).split('\n');
    expect(head).toMatch(/^\uFEFFtime,type,username/);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toContain(',alice,');
  });

  it('answers an error of the database as every route does', async () => {
    test.logs.read = async function* () {
      throw new Error('away');
    };

    const { status, body } = await test.as('admin').get('/api/log/export');

    expect([status, body.code]).toEqual([500, 'internal_error']);
  });
});

describe('the log of one API token', () => {
  it('is there for whoever has the key, from any page', async () => {
    const { body } = await test.as('alice').post('/api/token/').send({ name: 'mine' });
    const { id, key } = body.data;
    await test.logs.add({ type: 2, content: `token ${id}`, user_id: 3, quota: 7 });

    for (const given of [key, `sk-${key}`]) {
      const answer = await test.anonymous.get(`/api/log/token?key=${given}`);
      expect(answer.body.data).toMatchObject([{ id: 0, quota: 7 }]);
      expect(answer.headers['access-control-allow-origin']).toBe('*');
    }
    const byHeader = test.anonymous.get('/api/log/token').set('authorization', `Bearer sk-${key}`);
    expect((await byHeader).body.data).toHaveLength(1);
  });

  it.each(['', '?key=', '?key=sk-nobody', "?key='%20OR%201=1"])(
    'is not there for "%s"',
    async (query) => {
      const { body } = await test.anonymous.get(`/api/log/token${query}`);

      expect(body).toMatchObject({ success: false, code: 'invalid_api_key' });
    },
  );
});
