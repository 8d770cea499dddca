import { beforeEach, describe, expect, it } from '@jest/globals';
import { logTypes } from '@turnpike/core';
import { redemptionSchema } from '@turnpike/core/contract';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
});

async function create(input: object = {}): Promise<string[]> {
  const { body } = await test
    .as('admin')
    .post('/api/redemption/')
    .send({ name: 'spring', quota: 50, count: 1, ...input });
  return body.data as string[];
}

const redeem = (key: unknown, username = 'alice') =>
  test.as(username).post('/api/user/topup').send({ key });

describe('redemption codes', () => {
  it('are made in a batch; the answer is the codes', async () => {
    const keys = await create({ count: 3 });

    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(3);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
    const { body } = await test.as('admin').get('/api/redemption/');
    expect(redemptionSchema.strict().array().parse(body.data)).toMatchObject([
      { id: 3, user_id: 2, key: keys[2], status: 1, name: 'spring', quota: 50, count: 0 },
      { id: 2 },
      { id: 1, redeemed_time: 0, used_user_id: 0, expired_time: 0 },
    ]);
  });

  it('are worth 100 where nothing is said', async () => {
    await create({ quota: 0 });
    await create({ quota: undefined });

    expect([...test.redemptions.rows.values()].map(({ quota }) => quota)).toEqual([100, 100]);
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: 'a name of more than 20 characters' }, 'name'],
    [{ count: 0 }, 'count'],
    [{ count: 101 }, 'count'],
    [{ count: undefined }, 'count'],
    [{ quota: -1 }, 'quota'],
    [{ expired_time: -1 }, 'expired_time'],
  ])('cannot be made of %j', async (input, param) => {
    const { body } = await test
      .as('admin')
      .post('/api/redemption/')
      .send({ name: 'spring', quota: 50, count: 1, ...input });

    expect(body).toMatchObject({ success: false, code: 'invalid_parameter', param });
    expect(test.redemptions.rows.size).toBe(0);
  });

  it('are found by name or id, oldest first, and listed by state', async () => {
    await create({ count: 2 });
    await create({ name: 'autumn' });
    await redeem([...test.redemptions.rows.values()][1]?.key);
    const ids = async (path: string) => {
      const { body } = await test.as('admin').get(`/api/redemption/${path}`);
      return (body.data as { id: number }[]).map(({ id }) => id);
    };

    expect(await ids('search?keyword=spr')).toEqual([1, 2]);
    expect(await ids('search?keyword=3')).toEqual([3]);
    expect(await ids('?status=3')).toEqual([2]);
    expect(await ids('?p=1')).toEqual([]);
    expect((await test.as('admin').get('/api/redemption/3')).body.data.name).toBe('autumn');
    expect((await test.as('admin').get('/api/redemption/99')).body.code).toBe('not_found');
  });

  it('keep what an edit does not name, and their status unless it is asked for alone', async () => {
    await create();
    const edit = (input: object, query = '') =>
      test.as('admin').put(`/api/redemption/${query}`).send(input);

    expect((await edit({ id: 1, name: 'other', status: 2 })).body.data).toMatchObject({
      ...{ name: 'other', quota: 50, status: 1 },
    });
    const { body } = await edit({ id: 1, name: 'ignored', status: 2 }, '?status_only=1');
    expect(body.data).toMatchObject({ name: 'other', status: 2 });
    expect((await edit({ id: 1, status: 9 }, '?status_only=1')).body.code).toBe(
      'invalid_parameter',
    );
    expect((await edit({ id: 9, name: 'x' })).body.code).toBe('not_found');
    expect(test.audit.map(({ action, details }) => [action, details])).toEqual([
      ['redemption.create', { ids: [1], name: 'spring', quota: 50 }],
      ['redemption.update', { name: { from: 'spring', to: 'other' } }],
      ['redemption.update', { status: { from: 1, to: 2 } }],
    ]);
  });

  it('are changed together, used ones never', async () => {
    const [, key] = await create({ count: 3 });
    await redeem(key);
    const batch = async (action: string, ids: number[]) =>
      (await test.as('admin').post('/api/redemption/batch').send({ action, ids })).body.data;
    const states = () => [...test.redemptions.rows.values()].map(({ status }) => status);

    expect(await batch('disable', [1, 2, 3, 99])).toBe(2);
    expect(states()).toEqual([2, 3, 2]);
    expect(await batch('enable', [1, 2])).toBe(1);
    expect(states()).toEqual([1, 3, 2]);
    expect(await batch('delete', [3, 3, 99])).toBe(1);
    expect(states()).toEqual([1, 3]);
  });

  it('are deleted one by one, or all that cannot be redeemed any more', async () => {
    const [, key] = await create({ count: 4 });
    await redeem(key);
    await create({ expired_time: 1_699_999_999 });

    expect((await test.as('admin').delete('/api/redemption/4')).body.success).toBe(true);
    expect((await test.as('admin').delete('/api/redemption/4')).body.code).toBe('not_found');
    expect((await test.as('admin').delete('/api/redemption/invalid')).body.data).toBe(2);
    expect([...test.redemptions.rows.keys()]).toEqual([1, 3]);
  });

  it('never show in the audit log', async () => {
    const [key = ''] = await create();
    await redeem(key);
    await test.as('admin').delete('/api/redemption/1');

    expect(test.audit.length).toBeGreaterThan(1);
    expect(JSON.stringify(test.audit)).not.toContain(key);
  });
});

describe('redeeming a code', () => {
  it('credits the caller, tells the amount and leaves a row in the log', async () => {
    const [key] = await create();

    const { body } = await redeem(`  ${String(key)} `);

    expect(body).toEqual({ success: true, message: '', data: 50 });
    expect(test.users.rows.get(3)).toMatchObject({ quota: 1050 });
    expect(test.redemptions.rows.get(1)).toMatchObject({ status: 3, usedUserId: 3 });
    expect(test.announced.at(-1)).toEqual({ userIds: [3], apiTokenIds: [] });
    expect(test.logs.rows.at(-1)).toMatchObject({
      ...{ type: logTypes.topUp, user_id: 3, username: 'alice' },
      content: 'Redeemed code 1: ＄0.000100',
    });
    expect(test.logs.rows.at(-1)?.quota ?? 0).toBe(0);
  });

  it.each([
    ['', 'invalid_parameter'],
    [undefined, 'invalid_parameter'],
    [5, 'invalid_parameter'],
    ['0'.repeat(32), 'redemption_unknown'],
  ])('refuses %j', async (key, code) => {
    expect((await redeem(key)).body).toMatchObject({ success: false, code });
  });

  it('refuses what is used, disabled or expired, and says which', async () => {
    const [used, disabled] = await create({ count: 2 });
    const [expired] = await create({ expired_time: 1_700_000_000 });
    await redeem(used, 'admin');
    await test.as('admin').put('/api/redemption/?status_only=1').send({ id: 2, status: 2 });

    expect((await redeem(used)).body.code).toBe('redemption_used');
    expect((await redeem(disabled)).body.code).toBe('redemption_disabled');
    expect((await redeem(expired)).body.code).toBe('redemption_expired');
    expect(test.users.rows.get(3)).toMatchObject({ quota: 1000 });
  });
});
