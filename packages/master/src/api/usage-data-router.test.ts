import { beforeEach, describe, expect, it } from '@jest/globals';
import { usageDataSchema } from '@turnpike/core/contract';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

const DAY = 86_400;
/** Within the last day of the test's clock. */
const HOUR = 1_699_995_600;

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
  const row = { modelName: 'gpt-4o', requests: 2, promptTokens: 10, completionTokens: 5, quota: 7 };
  test.usage.rows.push({ ...row, hour: HOUR, userId: 3 }, { ...row, hour: HOUR, userId: 2 });
});

const ask = async (caller: string, path: string) => (await test.as(caller).get(path)).body;

describe('figures for charts', () => {
  it('are own ones for everybody', async () => {
    const { data } = await ask('alice', '/api/data/self');

    expect(data).toEqual([
      {
        id: 0,
        user_id: 3,
        username: 'alice',
        model_name: 'gpt-4o',
        created_at: HOUR,
        token_used: 15,
        count: 2,
        quota: 7,
      },
    ]);
    expect(usageDataSchema.strict().parse(data[0])).toEqual(data[0]);
    const now = test.clock.now() / 1000;
    expect(test.usage.asked).toEqual([{ userId: 3, from: now - 30 * DAY, to: now }]);
  });

  it("are everybody's, or one user's, for administrators", async () => {
    expect((await ask('admin', '/api/data/')).data).toHaveLength(2);
    const { data } = await ask('admin', '/api/data/?username=alice&granularity=day');
    expect(data).toMatchObject([{ user_id: 3, created_at: HOUR - (HOUR % DAY) }]);
    expect((await ask('admin', '/api/data/?username=nobody')).data).toEqual([]);
  });

  it.each([
    ['alice', '/api/data/self', 30],
    ['admin', '/api/data/', 366],
  ])('are refused to %s at %s for more than %i days', async (caller, path, days) => {
    const span = (seconds: number) =>
      `${path}?start_timestamp=1600000000&end_timestamp=${1_600_000_000 + seconds}`;

    expect(await ask(caller, span(days * DAY))).toMatchObject({ success: true });
    expect(await ask(caller, span(days * DAY + 1))).toMatchObject({
      success: false,
      code: 'invalid_parameter',
      param: 'start_timestamp',
    });
    expect(await ask(caller, `${path}?granularity=week`)).toMatchObject({ param: 'granularity' });
  });
});
