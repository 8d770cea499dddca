import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Channel } from '@turnpike/core';
import { openMaster, type TestMaster } from '../testing/open-master.ts';
import { pluck } from '../testing/pluck.ts';

const KEY = 'sk-upstream-secret';
let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
  for (const name of ['one', 'two', 'three'])
    await test.as('admin').post('/api/channel/').send({ type: 1, key: KEY, name, tag: 'eu' });
});

const call = async (method: 'post' | 'put', path: string, body: object) =>
  (await test.as('admin')[method](`/api/channel/${path}`).send(body)).body;
const stored = (name: keyof Channel) => pluck([...test.channels.rows.values()], name);

describe('many channels at once', () => {
  it('are disabled, tagged and ranked by their ids', async () => {
    const ids = [1, 3, 99];

    expect(await call('post', 'batch/status', { ids, status: 2 })).toMatchObject({ data: 2 });
    expect(await call('post', 'batch/tag', { ids, tag: ' us ' })).toMatchObject({ data: 2 });
    expect(await call('post', 'batch/priority', { ids, weight: 7 })).toMatchObject({ data: 2 });

    expect(stored('status')).toEqual([2, 1, 2]);
    expect(stored('tag')).toEqual(['us', 'eu', 'us']);
    expect([stored('priority'), stored('weight')]).toEqual([
      [0, 0, 0],
      [7, 0, 7],
    ]);
    expect(await call('post', 'batch/tag', { ids: [1], tag: null })).toMatchObject({ data: 1 });
    expect(stored('tag')).toEqual(['', 'eu', 'us']);
  });

  it('are edited by their tag', async () => {
    expect(await call('post', 'tag/disabled', { tag: 'eu' })).toMatchObject({ data: 3 });
    expect(stored('status')).toEqual([2, 2, 2]);
    expect(await call('post', 'tag/enabled', { tag: 'eu' })).toMatchObject({ data: 3 });
    expect(stored('status')).toEqual([1, 1, 1]);
    const edit = { tag: 'eu', new_tag: 'all', models: 'm', groups: 'vip', priority: 0, weight: 2 };
    expect(await call('put', 'tag', edit)).toMatchObject({ success: true, data: 3 });
    expect([stored('tag')[0], stored('models')[0], stored('group')[0]]).toEqual([
      'all',
      'm',
      'vip',
    ]);
    expect(await call('post', 'tag/enabled', { tag: 'eu' })).toMatchObject({ data: 0 });
  });

  it('are deleted, with a trace and an effect on the relays', async () => {
    expect(await call('post', 'batch', { ids: [2, 3] })).toMatchObject({ data: 2 });

    expect(stored('name')).toEqual(['one']);
    expect(test.audit.at(-1)).toMatchObject({
      action: 'channel.delete-many',
      details: { ids: [2, 3] },
    });
    expect(test.published.at(-1)?.channels).toHaveLength(1);
  });

  it.each([
    ['batch', {}, 'ids'],
    ['batch', { ids: [] }, 'ids'],
    ['batch', { ids: ['1'] }, 'ids.0'],
    ['batch/status', { ids: [1], status: 3 }, 'status'],
    ['batch/priority', { ids: [1] }, 'priority'],
    ['tag/enabled', { tag: ' ' }, 'tag'],
  ])('refuse a bad body: %s %p', async (path, body, param) => {
    expect(await call('post', path, body)).toMatchObject({ code: 'invalid_parameter', param });
    expect(stored('status')).toEqual([1, 1, 1]);
  });
});

describe('a copy of a channel', () => {
  it('has the settings and the key, and a history of its own', async () => {
    test.channels.rows.get(1)!.usedQuota = 500;
    const { body } = await test.as('admin').post('/api/channel/copy/1');

    expect(body.data).toMatchObject({ id: 4, name: 'one (copy)', tag: 'eu', key: '' });
    expect(test.channels.rows.get(4)).toMatchObject({ key: KEY, usedQuota: 0 });
    expect(JSON.stringify([body, test.audit])).not.toContain(KEY);
    expect((await test.as('admin').post('/api/channel/copy/9')).body.code).toBe('not_found');
  });
});

describe('models of enabled channels', () => {
  it('are listed once, without those of disabled ones', async () => {
    await call('put', 'tag', { tag: 'eu', models: 'b,a' });
    await call('post', '', { key: KEY, type: 1, models: 'c', status: 2 });

    expect((await test.as('admin').get('/api/channel/models_enabled')).body.data).toEqual([
      'a',
      'b',
    ]);
  });
});
