import { beforeEach, describe, expect, it } from '@jest/globals';
import { apiTokenStatuses, utcDayOf } from '@turnpike/core';
import { apiTokenSchema } from '@turnpike/core/contract';
import { openMaster, type TestMaster } from '../testing/open-master.ts';
import { pluck } from '../testing/pluck.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
});

const create = async (input: object = { name: 'mine', remain_quota: 100 }) =>
  (await test.as('alice').post('/api/token/').send(input)).body;
const edit = async (input: object, query = '') =>
  (await test.as('alice').put(`/api/token/${query}`).send(input)).body;
const stored = () => test.apiTokens.rows.get(1)!;

describe('a new token', () => {
  it('is answered with its key', async () => {
    const { data } = await create({ name: 'mine', id: 9, user_id: 1, key: 'k', status: 2 });

    expect(apiTokenSchema.strict().parse(data)).toMatchObject({
      ...{ id: 1, user_id: 3, name: 'mine', status: 1, expired_time: -1, remain_quota: 0 },
      ...{ unlimited_quota: false, models: null, subnet: '' },
    });
    expect(data.key).toMatch(/^[0-9a-zA-Z]{48}$/);
    expect(JSON.stringify(test.audit)).not.toContain(data.key);
  });

  it.each([
    [{ name: 'x'.repeat(31) }, 'name'],
    [{ subnet: '10.0.0.0/8,nonsense' }, 'subnet'],
    [{ subnet: '10.0.0.1' }, 'subnet'],
    [{ remain_quota: -5 }, 'remain_quota'],
    [{ remain_quota: 2 ** 60 }, 'remain_quota'],
    [{ expired_time: -2 }, 'expired_time'],
    [{ unlimited_quota: 'yes' }, 'unlimited_quota'],
  ])('is not made of %j', async (input, param) => {
    expect(await create(input)).toMatchObject({ code: 'invalid_parameter', param });
    expect(test.apiTokens.rows.size).toBe(0);
  });

  it.each(['10.0.0.0/8', ' 10.0.0.0/8 , 2001:db8::/32', ''])(
    'may be bound to "%s"',
    async (subnet) => {
      expect((await create({ subnet })).data.subnet).toBe(subnet);
    },
  );
});

describe('own tokens', () => {
  it('are listed, searched and read by their owner only', async () => {
    await create({ name: 'b-first' });
    await create({ name: 'b-second' });
    await create({ name: 'c' });
    const namesAt = async (path: string) =>
      pluck((await test.as('alice').get(path)).body.data, 'name');

    expect(await namesAt('/api/token/?p=0')).toEqual(['c', 'b-second', 'b-first']);
    expect(await namesAt('/api/token/?page_size=2&p=1')).toEqual(['b-first']);
    expect(await namesAt('/api/token/search?keyword=b')).toEqual(['b-first', 'b-second']);
    expect((await test.as('alice').get('/api/token/1')).body.data.name).toBe('b-first');
  });

  it('are absent for everybody else, root included', async () => {
    await create();
    const root = test.as('root');
    const answers = [
      await root.get('/api/token/1'),
      await root.put('/api/token/').send({ id: 1, name: 'stolen' }),
      await root.put('/api/token/?status_only=true').send({ id: 1, status: 2 }),
      await root.delete('/api/token/1'),
    ];

    expect(answers.map(({ body }) => body.code)).toEqual(Array(4).fill('not_found'));
    expect(stored()).toMatchObject({ name: 'mine', status: 1 });
    expect((await root.get('/api/token/')).body.data).toEqual([]);
  });

  it('work at once for the relays', async () => {
    await create();
    expect(test.announced).toEqual([{ userIds: [], apiTokenIds: [1] }]);
  });

  it('are deleted at once for the relays', async () => {
    await create();
    const { body } = await test.as('alice').delete('/api/token/1/');

    expect(body).toEqual({ success: true, message: '' });
    expect(test.apiTokens.rows.size).toBe(0);
    expect(test.announced.at(-1)).toEqual({ userIds: [], apiTokenIds: [1] });
    expect(test.announced).toHaveLength(2);
  });
});

describe('an edit of a token', () => {
  it('writes what is given, never the status', async () => {
    await create();
    const change = { name: 'new', expired_time: 5, models: 'gpt-4o', unlimited_quota: true };
    const { data } = await edit({ id: 1, ...change, status: 2 });

    expect(data).toMatchObject({ ...change, status: 1, remain_quota: 100, subnet: '' });
    expect(test.announced.at(-1)).toEqual({ userIds: [], apiTokenIds: [1] });
    expect(test.announced).toHaveLength(2);
    expect(test.audit.at(-1)?.details).toMatchObject({ name: { from: 'mine', to: 'new' } });
  });

  it('changes the quota through the ledger, to a value or by a difference', async () => {
    await create();
    expect((await edit({ id: 1, remain_quota: 300 })).data.remain_quota).toBe(300);
    expect((await edit({ id: 1, quotaDelta: -50 })).data.remain_quota).toBe(250);
    expect((await edit({ id: 1, remain_quota: -1 })).code).toBe('invalid_parameter');

    expect(test.ledger.entries).toMatchObject([{ delta: 200 }, { delta: -50 }]);
  });

  it('that is based on an old version is refused with 409', async () => {
    await create();
    await edit({ id: 1, remain_quota: 300 });
    const call = test.as('alice').put('/api/token/').set('if-match', '1');
    const { status } = await call.send({ id: 1, remain_quota: 400, name: 'late' });

    expect(status).toBe(409);
    expect(stored()).toMatchObject({ remainQuota: 300, name: 'mine' });
  });

  it('may limit a token and set its quota on the version that was read', async () => {
    await create({ unlimited_quota: true, remain_quota: -1 });
    const call = test.as('alice').put('/api/token/').set('if-match', '"1"');
    const { body } = await call.send({ id: 1, unlimited_quota: false, remain_quota: 50 });

    expect(body.data).toMatchObject({ unlimited_quota: false, remain_quota: 50 });
  });

  it('of the status alone writes nothing else', async () => {
    await create();
    const { data } = await edit({ id: 1, status: 2, name: 'other' }, '?status_only=true');

    expect(data).toMatchObject({ status: 2, name: 'mine' });
    expect(await edit({ id: 1, status: 7 }, '?status_only=1')).toMatchObject({ param: 'status' });
    expect(await edit({ id: 1 }, '?status_only=1')).toMatchObject({ param: 'status' });
  });

  it.each([
    ['expired', { status: apiTokenStatuses.expired, expiredTime: 5 }, 'token_still_expired'],
    ['used up', { status: apiTokenStatuses.exhausted, remainQuota: 0 }, 'token_still_exhausted'],
  ])('that is %s enables it only after its cause is gone', async (_why, state, code) => {
    await create();
    Object.assign(stored(), state);

    expect((await edit({ id: 1, status: 1 }, '?status_only=true')).code).toBe(code);
    expect((await edit({ id: 1, status: 1, name: 'x' })).code).toBe(code);
    await edit({ id: 1, expired_time: -1, remain_quota: 10 });
    expect((await edit({ id: 1, status: 1 }, '?status_only=true')).data.status).toBe(1);
  });

  it('take limits and budgets, 0 for none, and keep those that an edit does not name', async () => {
    const none = {
      ...{ requests_per_minute: 0, tokens_per_minute: 0, concurrency: 0 },
      ...{ quota_per_day: 0, quota_per_month: 0 },
    };
    const created = await test
      .as('alice')
      .post('/api/token/')
      .send({ name: 'limited', requests_per_minute: 60, quota_per_day: 500, concurrency: 0 });
    const { id } = created.body.data as { id: number };
    const edit = async (input: object) =>
      (
        await test
          .as('alice')
          .put('/api/token/')
          .send({ id, ...input })
      ).body;

    expect(created.body.data).toMatchObject({
      ...{ ...none, requests_per_minute: 60, quota_per_day: 500 },
    });
    expect(test.apiTokens.rows.get(id)?.limits).toEqual({
      requestsPerMinute: 60,
      quotaPerDay: 500,
    });
    expect((await edit({ quota_per_month: 900, requests_per_minute: 0 })).data).toMatchObject({
      ...{ ...none, quota_per_day: 500, quota_per_month: 900 },
    });
    expect(test.audit.at(-1)?.details).toEqual({
      requests_per_minute: { from: 60, to: 0 },
      quota_per_month: { from: 0, to: 900 },
    });
    expect((await edit({ name: 'other' })).data).toMatchObject({ quota_per_day: 500 });
    expect((await edit({ quota_per_day: -1 })).param).toBe('quota_per_day');
    expect((await edit({ concurrency: 1.5 })).param).toBe('concurrency');
  });

  it('tell what is spent of a budget, until its day or month is over', async () => {
    await test.as('alice').post('/api/token/').send({ name: 'limited', quota_per_day: 500 });
    const token = [...test.apiTokens.rows.values()].at(-1)!;
    const read = async () => {
      const { body } = await test.as('alice').get(`/api/token/${String(token.id)}`);
      const { spent_today: today, spent_this_month: month } = body.data as Record<string, unknown>;
      return [today, month];
    };
    expect(await read()).toEqual([null, null]);

    // 14 November 2023, in the middle of a month.
    token.spend = { day: utcDayOf(test.clock.now()), dayQuota: 70, monthQuota: 300 };
    test.users.rows.get(3)!.spend = token.spend;
    expect(await read()).toEqual([70, 300]);
    const { body } = await test.as('alice').get('/api/user/self');
    expect(body.data).toMatchObject({ spent_today: 70, spent_this_month: 300 });
    test.clock.advance(24 * 3600_000);
    expect(await read()).toEqual([0, 300]);
    test.clock.advance(20 * 24 * 3600_000);
    expect(await read()).toEqual([0, 0]);
  });
});
