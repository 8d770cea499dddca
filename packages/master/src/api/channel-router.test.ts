import { beforeEach, describe, expect, it } from '@jest/globals';
import { channelSchema, modelEntrySchema } from '@turnpike/core/contract';
import { openMaster, type TestMaster } from '../testing/open-master.ts';
import { pluck } from '../testing/pluck.ts';

const KEY = 'sk-upstream-secret';
let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
});

const create = async (input: object = {}) =>
  (
    await test
      .as('admin')
      .post('/api/channel/')
      .send({ type: 1, key: KEY, name: 'one', ...input })
  ).body;
const edit = async (input: object) =>
  (await test.as('admin').put('/api/channel/').send(input)).body;
const stored = (id = 1) => test.channels.rows.get(id)!;

describe('a new channel', () => {
  it('is effective for the relays before the call is answered', async () => {
    const body = await create({ models: 'gpt-4o', priority: 5, weight: 2 });

    expect(body).toEqual({ success: true, message: '' });
    expect(stored()).toMatchObject({
      ...{ type: 1, key: KEY, name: 'one', status: 1, group: 'default', models: 'gpt-4o' },
      ...{ priority: 5, weight: 2 },
    });
    expect(test.published.at(-1)?.channels).toMatchObject([{ id: 1, models: ['gpt-4o'] }]);
    expect(test.audit).toMatchObject([{ action: 'channel.create', username: 'admin' }]);
    expect(JSON.stringify(test.audit)).not.toContain(KEY);
  });

  it('is made for each key that is given on a line of its own', async () => {
    await create({ key: `a\r\n\n  b  \nc`, group: '' });

    expect([...test.channels.rows.values()].map(({ key, group }) => [key, group])).toEqual([
      ['a', 'default'],
      ['b', 'default'],
      ['c', 'default'],
    ]);
    expect(test.published).toHaveLength(1);
  });

  it('takes no field that is not an input', async () => {
    await create({ id: 77, used_quota: 9, balance: 5, created_time: 4, response_time: 3 });

    expect(stored()).toMatchObject({ id: 1, usedQuota: 0, balance: 0, responseTime: 0 });
  });

  it.each([
    [{ key: ' \n ' }, 'key'],
    [{ key: undefined }, 'key'],
    [{ weight: -1 }, 'weight'],
    [{ type: '1' }, 'type'],
    [{ status: 9 }, 'status'],
    [{ base_url: 'ftp://x' }, 'base_url'],
    [{ type: 8 }, 'base_url'],
    [{ model_mapping: '{"a":1}' }, 'model_mapping'],
    [{ model_mapping: '[]' }, 'model_mapping'],
    [{ model_mapping: '{"a":' }, 'model_mapping'],
    [{ config: 'x' }, 'config'],
  ])('is not made of %j', async (input, param) => {
    expect(await create(input)).toMatchObject({ code: 'invalid_parameter', param });
    expect(test.channels.rows.size).toBe(0);
    expect(test.published).toEqual([]);
  });
});

describe('channels', () => {
  it('are listed, searched and read without their keys', async () => {
    for (let index = 1; index <= 11; index += 1) await create({ name: `c-${String(index)}` });
    const list = await test.as('admin').get('/api/channel/?p=0');
    const search = await test.as('admin').get('/api/channel/search?keyword=c-1');
    const one = await test.as('admin').get('/api/channel/3');

    expect(list.body.data).toHaveLength(10);
    expect(pluck(search.body.data, 'id')).toEqual([1, 10, 11]);
    for (const channel of [...list.body.data, one.body.data]) channelSchema.strict().parse(channel);
    for (const { text } of [list, search, one]) expect(text).not.toContain(KEY);
    expect((await test.as('admin').get('/api/channel/99')).body.code).toBe('not_found');
  });

  it('can be changed one field at a time', async () => {
    await create({ models: 'a', priority: 3, base_url: 'https://x.example' });
    const { data } = await edit({ id: 1, status: 2 });

    expect(data).toMatchObject({ status: 2, key: '', models: 'a', priority: 3 });
    expect(stored().key).toBe(KEY);
    expect(test.published.at(-1)?.channels).toMatchObject([{ status: 2 }]);
    expect(test.audit.at(-1)?.details).toEqual({ status: { from: 1, to: 2 } });
  });

  it('keep plain fields that are sent empty, and clear those that may be null', async () => {
    await create({ models: 'a', priority: 3, base_url: 'https://x.example', weight: 4 });
    await edit({ id: 1, name: '', key: '', models: '', group: '', config: '', type: 0, status: 0 });
    expect(stored()).toMatchObject({ name: 'one', key: KEY, models: 'a', type: 1, status: 1 });
    await edit({ id: 1, priority: null, base_url: null });
    expect(stored()).toMatchObject({ priority: 3, baseUrl: 'https://x.example' });
    await edit({ id: 1, priority: 0, weight: 0, base_url: '' });

    expect(stored()).toMatchObject({ priority: 0, weight: 0, baseUrl: '' });
  });

  it('get a new key without a trace of it', async () => {
    await create();
    const { data } = await edit({ id: 1, key: 'sk-another' });

    expect([data.key, stored().key]).toEqual(['', 'sk-another']);
    expect(test.audit.at(-1)?.details).toEqual({ key: 'changed' });
  });

  it.each([
    [{ id: 99, name: 'x' }, 'not_found'],
    [{ name: 'x' }, 'invalid_parameter'],
    [{ id: 1, type: 50 }, 'invalid_parameter'],
  ])('refuse the edit %j: %s', async (input, code) => {
    await create();
    expect((await edit(input)).code).toBe(code);
  });

  it('are deleted one by one, or all that are disabled', async () => {
    await create();
    await create({ status: 2 });
    await create({ status: 3 });
    const remove = async (path: string) => (await test.as('admin').delete(path)).body;

    expect(await remove('/api/channel/disabled')).toMatchObject({ success: true, data: 2 });
    expect(await remove('/api/channel/disabled')).toMatchObject({ success: true, data: 0 });
    expect(await remove('/api/channel/1')).toEqual({ success: true, message: '' });
    expect(await remove('/api/channel/1')).toMatchObject({ code: 'not_found' });
    expect(await remove('/api/channel/0')).toMatchObject({ code: 'invalid_parameter' });
    expect(test.published.at(-1)?.channels).toEqual([]);
  });

  it('may serve the built-in models, listed in the form of OpenAI', async () => {
    const { body } = await test.as('admin').get('/api/channel/models');

    expect(body).toEqual({ object: 'list', data: [expect.anything()] });
    expect(modelEntrySchema.strict().parse(body.data[0])).toMatchObject({
      id: 'gpt-4o',
      owned_by: 'openai',
    });
  });

  it('say that a change is saved when the relays cannot be told', async () => {
    let isAway = true;
    const configBus = {
      publishSnapshot: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve()),
      latestSnapshot: () => Promise.resolve(undefined),
      announceAccounts: () => Promise.resolve(),
      subscribe: () => () => undefined,
    };
    test = await openMaster({}, { configBus });
    const { status, body } = await test.as('admin').post('/api/channel/').send({ key: KEY });

    expect([status, body.code]).toEqual([503, 'saved_not_published']);
    expect(test.channels.rows.size).toBe(1);
    isAway = false;
    const sync = test.master.jobs.find(({ name }) => name === 'publish-config');
    await expect(sync?.run()).resolves.toBeUndefined();
  });
});
