import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Channel, ChannelRepository, NewChannel } from '@turnpike/core';
import { testNow, type TestStore } from '../testing/open-test-store.ts';

export function describeChannelRepository(name: string, open: () => Promise<TestStore>): void {
  describe(`ChannelRepository and ConfigRepository (${name})`, () => {
    let test: TestStore;
    let channels: ChannelRepository;

    beforeAll(async () => {
      test = await open();
      channels = test.store.channels;
    });
    afterAll(() => test.close());

    const readVersion = () => test.store.configRepository.readVersion();

    async function create(fields: Partial<NewChannel> = {}): Promise<Channel> {
      const [channel] = await channels.createMany([
        { type: 1, key: 'sk-secret', name: 'one', models: 'gpt-4o', ...fields },
      ]);
      return channel!;
    }

    async function readAbilities(channelId: number) {
      const rows = (await test.database
        .knex('abilities')
        .where({ channel_id: channelId })
        .orderBy(['group', 'model'])) as {
        group: string;
        model: string;
        enabled: unknown;
        priority: number;
      }[];
      return rows.map(({ group, model, enabled, priority }) => [
        group,
        model,
        Boolean(enabled),
        priority,
      ]);
    }

    it('creates channels with One API’s defaults, and what they serve', async () => {
      const channel = await create({ models: ' b , a,,a', group: ' vip, default ', priority: 7 });

      expect(channel).toEqual({
        id: channel.id,
        type: 1,
        key: 'sk-secret',
        status: 1,
        name: 'one',
        weight: 0,
        createdTime: Math.floor(testNow / 1000),
        testTime: 0,
        responseTime: 0,
        baseUrl: '',
        other: '',
        balance: 0,
        balanceUpdatedTime: 0,
        models: 'b,a',
        group: 'vip,default',
        usedQuota: 0,
        modelMapping: '',
        priority: 7,
        config: '',
        systemPrompt: null,
        tag: '',
      });
      expect(await channels.find(channel.id)).toEqual(channel);
      expect(await readAbilities(channel.id)).toEqual([
        ['default', 'a', true, 7],
        ['default', 'b', true, 7],
        ['vip', 'a', true, 7],
        ['vip', 'b', true, 7],
      ]);
    });

    it('keeps the upstream key sealed', async () => {
      const { id } = await create();
      await channels.update(id, { key: 'sk-other-secret' });

      const [row] = (await test.database.knex('channels').where({ id })) as { key: string }[];
      expect(row!.key).toMatch(/^enc:v1:/);
      expect((await channels.find(id))?.key).toBe('sk-other-secret');
    });

    it('writes the named columns, with zero and empty values, and rebuilds what is served', async () => {
      const before = await create({ priority: 5, weight: 3, baseUrl: 'https://a.example' });
      const version = await readVersion();

      const after = await channels.update(before.id, { priority: 0, models: '', baseUrl: '' });

      expect(after).toEqual({ ...before, priority: 0, models: '', baseUrl: '' });
      expect(await readAbilities(before.id)).toEqual([['default', '', true, 0]]);
      expect(await readVersion()).toBe(version + 1);
      expect(await channels.update(999_999, { name: 'x', models: 'x' })).toBeUndefined();
      expect(await readAbilities(999_999)).toEqual([]);
      expect(await readVersion()).toBe(version + 1);
    });

    it('changes a status once, however many report the same', async () => {
      const { id } = await create();
      const version = await readVersion();

      const changed = await Promise.all([1, 2, 3].map(() => channels.setStatus(id, 3, [1])));

      expect(changed.filter(Boolean)).toHaveLength(1);
      expect(await readAbilities(id)).toEqual([['default', 'gpt-4o', false, 0]]);
      expect(await readVersion()).toBe(version + 1);
      expect(await channels.setStatus(id, 1, [2])).toBe(false);
      expect(await channels.setStatus(id, 1)).toBe(true);
    });

    it('records tests and balances without a new configuration', async () => {
      const { id } = await create();
      const version = await readVersion();

      await channels.recordTest(id, { testTime: 5, responseTime: 120 });
      await channels.recordBalance(id, { balance: 12.75, balanceUpdatedTime: 6 });

      expect(await channels.find(id)).toMatchObject({
        testTime: 5,
        responseTime: 120,
        balance: 12.75,
        balanceUpdatedTime: 6,
      });
      expect(await readVersion()).toBe(version);
    });

    it('removes channels with what they serve, and never gives their id out again', async () => {
      const { id } = await create();
      const disabled = await create({ status: 2 });

      expect(await channels.remove(id)).toBe(true);
      expect(await channels.remove(id)).toBe(false);
      expect(await channels.removeDisabled()).toBe(1);
      expect(await channels.removeDisabled()).toBe(0);

      expect(await readAbilities(id)).toEqual([]);
      expect(await readAbilities(disabled.id)).toEqual([]);
      expect(await channels.find(disabled.id)).toBeUndefined();
      expect((await create()).id).toBeGreaterThan(disabled.id);
    });

    it('changes and removes many at once, by id or by tag', async () => {
      const [a, b, c] = [await create({ tag: 'eu' }), await create({ tag: 'eu' }), await create()];
      const version = await readVersion();

      expect(await channels.updateMany({ tag: 'eu' }, { status: 2, priority: 9 })).toEqual([
        a.id,
        b.id,
      ]);
      expect(await readVersion()).toBe(version + 1);
      expect(await readAbilities(b.id)).toEqual([['default', 'gpt-4o', false, 9]]);
      const ids = [c.id, a.id, 999_999];
      expect(await channels.updateMany({ ids }, { tag: '' })).toEqual([a.id, c.id]);
      const tagged = await channels.list({ offset: 0, limit: 9, tag: 'eu' });
      expect(tagged.map(({ id }) => id)).toEqual([b.id]);
      expect(await channels.updateMany({ tag: 'nobody' }, { status: 1 })).toEqual([]);

      expect(await channels.removeMany([a.id, b.id, b.id, 999_999])).toEqual([a.id, b.id]);
      expect(await readAbilities(a.id)).toEqual([]);
      expect(await channels.find(c.id)).toBeDefined();
      await channels.remove(c.id);
    });

    it('writes anew what every channel serves, and forgets what none does', async () => {
      const { id } = await create();
      const abilities = test.database.knex('abilities');
      await abilities.clone().where({ channel_id: id }).delete();
      await abilities.clone().insert({ group: 'default', model: 'orphan', channel_id: 999_999 });

      expect(await channels.rebuildAbilities()).toBeGreaterThan(0);

      expect(await readAbilities(id)).toEqual([['default', 'gpt-4o', true, 0]]);
      expect(await readAbilities(999_999)).toEqual([]);
    });

    it('lists newest first, by id, name, status and group', async () => {
      const a = await create({ name: 'east-1', group: 'east' });
      const b = await create({ name: 'east-2', group: 'far,east', status: 3 });
      const page = { offset: 0, limit: 10 };
      const idsOf = (list: readonly Channel[]) => list.map(({ id }) => id);

      expect(idsOf(await channels.list({ ...page, keyword: 'EAST-' }))).toEqual([b.id, a.id]);
      expect(idsOf(await channels.list({ ...page, keyword: String(a.id) }))).toContain(a.id);
      expect(idsOf(await channels.list({ ...page, group: 'east' }))).toEqual([b.id, a.id]);
      expect(idsOf(await channels.list({ ...page, group: 'eas' }))).toEqual([]);
      expect(idsOf(await channels.list({ ...page, group: 'east', status: [3] }))).toEqual([b.id]);
      expect(idsOf(await channels.list({ ...page, ids: [a.id, b.id], limit: 1 }))).toEqual([b.id]);
    });

    it('creates all channels or none', async () => {
      const readServed = async () => (await test.database.knex('abilities')) as unknown[];
      const before = await channels.list({ offset: 0, limit: 1000 });
      const served = (await readServed()).length;
      const broken = { key: 'k', models: 5 as unknown as string };

      await expect(
        channels.createMany([{ key: 'k', name: 'fine', models: 'm' }, broken]),
      ).rejects.toThrow();

      expect(await channels.list({ offset: 0, limit: 1000 })).toEqual(before);
      expect(await readServed()).toHaveLength(served);
    });

    it('says that a value is too long where the database has widths', async () => {
      const tooLong = create({ group: 'g'.repeat(300) });

      if (test.database.dialect.name === 'sqlite') await tooLong;
      else await expect(tooLong).rejects.toMatchObject({ code: 'invalid_request', status: 400 });
    });

    it('reads a snapshot with the version, sealed keys, and no secret option', async () => {
      await test.store.options.set({ RetryTimes: '2', SMTPToken: 'hidden' });
      const { id } = await create({
        modelMapping: '{"gpt-4":"gpt-4o","bad":1}',
        config: '{"api_version":"v1"}',
        weight: 4,
      });

      const snapshot = await test.store.configRepository.readSnapshot();

      expect(snapshot.version).toBe(await readVersion());
      expect(snapshot.options['RetryTimes']).toBe('2');
      expect(JSON.stringify(snapshot)).not.toMatch(/sk-secret|hidden|SMTPToken/);
      expect(snapshot.channels.find((channel) => channel.id === id)).toMatchObject({
        models: ['gpt-4o'],
        groups: ['default'],
        modelMapping: { 'gpt-4': 'gpt-4o' },
        config: { api_version: 'v1' },
        priority: 0,
        weight: 4,
        systemPrompt: '',
        sealedKey: expect.stringMatching(/^enc:v1:/),
      });
    });

    it('keeps the text of a config whose numbers go to upstreams', async () => {
      const config = '{"parameters":{"set":{"top_p":1.0}}}';
      const { id } = await create({ config });
      const other = await create({ config: '{"seed":1.0}' });

      const { channels } = await test.store.configRepository.readSnapshot();

      expect(channels.find((channel) => channel.id === id)?.configText).toBe(config);
      expect(channels.find((channel) => channel.id === other.id)).not.toHaveProperty('configText');
    });

    it('serves the other channels although one row holds broken JSON', async () => {
      const { id } = await create();
      await test.database
        .knex('channels')
        .where({ id })
        .update({ model_mapping: '{"a":', config: '[1]', models: null, group: null });

      const snapshot = await test.store.configRepository.readSnapshot();

      expect(snapshot.channels.find((channel) => channel.id === id)).toMatchObject({
        modelMapping: {},
        config: {},
        models: [],
        groups: [],
      });
    });

    it('sets several options at once, deletes by undefined, and seals secrets', async () => {
      const { options } = test.store;
      const version = await readVersion();

      await options.set({
        Notice: 'hello',
        Footer: '',
        GitHubClientSecret: 'top',
        RetryTimes: '1',
      });
      await options.set({ Notice: undefined });

      expect(await options.all()).toMatchObject({
        Footer: '',
        GitHubClientSecret: 'top',
        RetryTimes: '1',
      });
      expect(await options.all()).not.toHaveProperty('Notice');
      expect(await readVersion()).toBe(version + 2);
      const [row] = (await test.database.knex('options').where({ key: 'GitHubClientSecret' })) as {
        value: string;
      }[];
      expect(row!.value).toMatch(/^enc:v1:/);
    });

    it('records who changed what', async () => {
      await test.store.auditLog.record({
        at: testNow,
        userId: 1,
        username: 'root',
        action: 'channel.update',
        targetId: '7',
        details: { name: ['a', 'b'] },
        clientAddress: '::1',
      });

      const [row] = await test.database.knex('audit_entries').select<{ details: string }[]>();
      expect(row).toMatchObject({ at: testNow, action: 'channel.update', target_id: '7' });
      expect(JSON.parse(row!.details)).toEqual({ name: ['a', 'b'] });
    });

    it('reads the trace by who, what and when, newest first', async () => {
      const { auditLog } = test.store;
      const entry = { userId: 2, username: 'eve', targetId: '5', clientAddress: '::1' };
      for (const [at, action] of [
        [1000, 'user.update'],
        [2000, 'user_update'],
        [3000, 'user.delete'],
      ] as const)
        await auditLog.record({ ...entry, at, action, details: { at } });
      const page = { offset: 0, limit: 2, sort: 'id', direction: 'desc' } as const;

      const first = await auditLog.page({ username: 'eve', targetId: '5' }, page);
      expect(first.rows.map(({ at }) => at)).toEqual([3000, 2000]);
      expect(first.rows[0]).toEqual({
        ...entry,
        id: expect.any(Number),
        at: 3000,
        action: 'user.delete',
        details: { at: 3000 },
      });
      expect(first.total).toEqual({ count: 3, isCapped: false });
      const users = await auditLog.page({ action: 'user.', from: 1000, until: 2999 }, page);
      expect(users.rows.map(({ action }) => action)).toEqual(['user.update']);
    });

    it('counts no further than anybody leafs', async () => {
      const row = { at: 1, user_id: 9, username: 'many', action: 'x', details: '{}' };
      const some = Array.from({ length: 101 }, () => row);
      for (let count = 0; count < 100; count += 1)
        await test.database.knex('audit_entries').insert(some);

      const page = { offset: 0, limit: 1, sort: 'id', direction: 'asc' } as const;
      const { total } = await test.store.auditLog.page({ username: 'many' }, page);
      expect(total).toEqual({ count: 10_001, isCapped: true });
    });
  });
}
