import { beforeEach, describe, expect, it } from '@jest/globals';
import { quotaEntrySchema, refundSchema } from '@turnpike/core/contract';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
});

const topUp = (userId: number, quota: number) =>
  test.as('admin').post('/api/topup').send({ user_id: userId, quota });

describe('the changes of a balance', () => {
  it('are listed newest first, page by page', async () => {
    for (const quota of [1, 2, 3]) await topUp(3, quota);
    await topUp(2, 9);

    const first = await test.as('alice').get('/api/user/self/quota-entries?page_size=2');
    const cursor = first.headers['x-next-cursor'] as string;
    const second = await test
      .as('alice')
      .get(`/api/user/self/quota-entries?page_size=2&cursor=${cursor}`);

    expect(quotaEntrySchema.strict().array().parse(first.body.data)).toMatchObject([
      { delta: 3, reason: 'top-up', created_by: 2 },
      { delta: 2 },
    ]);
    expect(second.body.data).toMatchObject([{ delta: 1 }]);
    expect(second.headers['x-next-cursor']).toBeUndefined();
  });

  it('of others are for administrators with a higher role', async () => {
    await topUp(3, 5);
    const read = async (username: string, id: number) =>
      (await test.as(username).get(`/api/user/${String(id)}/quota-entries`)).body;

    expect((await read('admin', 3)).data).toMatchObject([{ delta: 5 }]);
    expect((await read('alice', 2)).code).toBe('role_too_low');
    expect((await read('admin', 1)).code).toBe('higher_role_needed');
    expect((await read('root', 99)).code).toBe('not_found');
  });
});

describe('the refund of one request', () => {
  const refund = (id: string, username = 'admin') =>
    test.as(username).post(`/api/log/${id}/refund`);

  it('tells what was given back, in the log and in the audit log, and to the relays', async () => {
    test.ledger.refunds.set('r1', { userId: 3, apiTokenId: 7, quota: 500_000, isRepeated: false });

    const { body } = await refund('r1');

    expect(refundSchema.strict().parse(body.data)).toEqual({
      ...{ request_id: 'r1', user_id: 3, quota: 500_000, is_repeated: false },
    });
    expect(test.announced).toEqual([{ userIds: [3], apiTokenIds: [7] }]);
    expect(test.logs.rows).toMatchObject([
      { type: 3, username: 'alice', content: 'Refund of request r1: ＄1.000000' },
    ]);
    expect(test.audit).toMatchObject([
      { action: 'log.refund', targetId: 'r1', details: { userId: 3, quota: 500_000 } },
    ]);
  });

  it('is told once: repeated, it answers the same and writes nothing', async () => {
    test.ledger.refunds.set('r1', { userId: 3, apiTokenId: 7, quota: 5, isRepeated: true });

    const { body } = await refund('r1');

    expect(body.data).toMatchObject({ quota: 5, is_repeated: true });
    expect(test.logs.rows).toEqual([]);
    expect(test.audit).toEqual([]);
    expect(test.announced).toEqual([]);
  });

  it('refuses what is unknown or was free', async () => {
    test.ledger.refunds.set('r2', 'nothing-charged');

    expect((await refund('never')).body.code).toBe('not_found');
    expect((await refund('r2')).body.code).toBe('nothing_charged');
    expect((await refund('r2', 'alice')).body.code).toBe('role_too_low');
  });
});
