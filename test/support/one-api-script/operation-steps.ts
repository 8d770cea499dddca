import { expect } from '@jest/globals';
import { listShapeFaults } from '../one-api-client.ts';
import { no, ok, other, type Step } from './step.ts';

type Row = Record<string, unknown> & { id: number };

const channel = { type: 1, name: 'multi', models: 'gpt-4o', group: 'default,vip' };

/** Channels, their tests and balances. */
export const channelSteps: readonly Step[] = [
  ok('admin', 'POST /api/channel/', { ...channel, key: 'sk-1\n\nsk-2\n' }),
  no('admin', 'POST /api/channel/', { ...channel, key: '\n\n' }),
  no('admin', 'POST /api/channel/', channel),
  no('admin', 'POST /api/channel/', { ...channel, key: 'k', weight: -1 }),
  no('admin', 'POST /api/channel/', 'no json'),
  ok('admin', 'GET /api/channel/?p=0', undefined, ({ data }) => {
    for (const row of data as Row[]) {
      expect(listShapeFaults('channel', row)).toEqual([]);
      expect(row['key']).toBe('');
    }
  }),
  ok('admin', 'GET /api/channel/search?keyword=multi', undefined, ({ data }, found) => {
    const [one, two] = data as Row[];
    expect(one!.id).toBeLessThan(two!.id);
    found['one'] = one!.id;
    found['two'] = two!.id;
  }),
  ok('admin', 'GET /api/channel/{one}', undefined, ({ data }) => {
    expect(data).toMatchObject({ name: 'multi', status: 1, priority: 0, weight: 0 });
  }),
  no('admin', 'GET /api/channel/99999'),
  no('admin', 'GET /api/channel/abc'),
  ok('admin', 'PUT /api/channel/', { id: '{one}', priority: 7, weight: 2 }, ({ data }) => {
    expect(data).toMatchObject({ priority: 7, weight: 2, models: 'gpt-4o' });
  }),
  ok('admin', 'PUT /api/channel/', { id: '{one}', priority: 0, name: '' }, ({ data }) => {
    expect(data).toMatchObject({ priority: 0, name: 'multi', key: '' });
  }),
  ok('admin', 'PUT /api/channel/', { id: '{one}', status: 2 }),
  no('admin', 'PUT /api/channel/', { id: '{one}', model_mapping: '{"a":' }),
  no('admin', 'PUT /api/channel/', { id: 99999, name: 'x' }),
  no('admin', 'PUT /api/channel/', { name: 'no id' }),
  other('admin', 'GET /api/channel/models', 200, {
    check(body) {
      expect(body).toEqual({ object: 'list', data: expect.any(Array) });
      expect((body.data as object[])[0]).toMatchObject({
        ...{ object: 'model', created: 1_626_777_600, parent: null },
        permission: [expect.objectContaining({ id: 'modelperm-LwHkVFn8AcMItP432fKKDIKJ' })],
      });
    },
  }),
  ok('admin', 'GET /api/channel/test/{channel}?model=gpt-4o', undefined, (body) => {
    expect(Object.keys(body).sort()).toEqual(['message', 'modelName', 'success', 'time']);
    expect(body).toMatchObject({ modelName: 'gpt-4o', time: expect.any(Number) });
  }),
  no('admin', 'GET /api/channel/test/99999'),
  ok('admin', 'GET /api/channel/test?scope=disabled'),
  no('admin', 'GET /api/channel/update_balance/99999'),
  ok('admin', 'GET /api/channel/update_balance'),
  ok('admin', 'DELETE /api/channel/disabled', undefined, ({ data }) => {
    expect(data).toBe(1);
  }),
  ok('admin', 'DELETE /api/channel/{two}/'),
  no('admin', 'DELETE /api/channel/0'),
];

/** Options and groups; the last ones leave things as they were. */
export const optionSteps: readonly Step[] = [
  ok('root', 'GET /api/option/', undefined, ({ data }) => {
    const names = (data as { key: string }[]).map(({ key }) => key);
    expect(names).toEqual(expect.arrayContaining(['Notice', 'ModelRatio', 'RetryTimes', 'Theme']));
    expect(names.filter((name) => /Token$|Secret$/.test(name))).toEqual([]);
  }),
  ok('root', 'PUT /api/option/', { key: 'Notice', value: '# News' }),
  ok('guest', 'GET /api/notice', undefined, ({ data }) => {
    expect(data).toBe('# News');
  }),
  ok('root', 'PUT /api/option/', { key: 'Notice', value: '' }),
  no('root', 'PUT /api/option/', { key: 'Theme', value: 'pink' }),
  no('root', 'PUT /api/option/', { key: 'GitHubOAuthEnabled', value: 'true' }),
  no('root', 'PUT /api/option/', { key: 'WeChatAuthEnabled', value: 'true' }),
  no('root', 'PUT /api/option/', { key: 'TurnstileCheckEnabled', value: 'true' }),
  no('root', 'PUT /api/option/', { key: 'ModelRatio', value: '{"gpt-4o": "cheap"}' }),
  no('root', 'PUT /api/option/', { key: 'GroupRatio', value: '{"default": 1,}' }),
  other('root', 'PUT /api/option/', 400, { body: '{"key":', success: false }),
  other('root', 'PUT /api/option/', 400, {
    body: { key: 'RetryTimes', value: 3 },
    success: false,
  }),
  ok('admin', 'GET /api/group/', undefined, ({ data }) => {
    expect((data as string[]).toSorted()).toEqual(['default', 'svip', 'vip']);
  }),
];

/** The log, after the relay was called. */
export const logSteps: readonly Step[] = [
  ok('admin', 'GET /api/log/?type=2&p=0', undefined, ({ data }) => {
    const rows = data as Row[];
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) expect(listShapeFaults('log', row)).toEqual([]);
    expect(rows[0]).toMatchObject({ type: 2, username: 'root' });
  }),
  ok('admin', 'GET /api/log/?username=nobody', undefined, ({ data }) => {
    expect(data).toEqual([]);
  }),
  ok('admin', 'GET /api/log/?channel=abc&type=abc'),
  ok('admin', 'GET /api/log/search?keyword=2'),
  ok('admin', 'GET /api/log/stat?username=root', undefined, ({ data }) => {
    expect((data as { quota: number }).quota).toBeGreaterThan(0);
  }),
  ok('admin', 'GET /api/log/stat?username=nobody', undefined, ({ data }) => {
    expect(data).toMatchObject({ quota: 0 });
  }),
  ok('root', 'GET /api/log/self/?p=0&type=2', undefined, ({ data }) => {
    expect((data as Row[]).every(({ id }) => id === 0)).toBe(true);
  }),
  ok('root', 'GET /api/log/self/search?keyword=2'),
  ok('alice', 'GET /api/log/self/search?keyword=', undefined, ({ data }) => {
    expect(data).toEqual([]);
  }),
  ok('root', 'GET /api/log/self/stat', undefined, ({ data }) => {
    expect((data as { quota: number }).quota).toBeGreaterThan(0);
  }),
  ok('bob', 'GET /api/log/self?type=1', undefined, ({ data }) => {
    expect(data).toHaveLength(2); // a top-up and a redemption
  }),
  ok('root', 'GET /api/user/dashboard', undefined, ({ data }) => {
    expect(Object.keys((data as object[])[0]!)).toEqual([
      ...['Day', 'ModelName', 'RequestCount', 'Quota', 'PromptTokens', 'CompletionTokens'],
    ]);
  }),
  no('admin', 'DELETE /api/log/'),
  no('admin', 'DELETE /api/log/?target_timestamp=0'),
  ok('admin', 'DELETE /api/log/?target_timestamp=1000', undefined, ({ data }) => {
    expect(data).toBe(0);
  }),
];
