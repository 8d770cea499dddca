import { beforeEach, describe, expect, it } from '@jest/globals';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster({ globalApiRateLimit: 0 });
  test.stored['GroupRatio'] = '{"default":1,"vip":0.5}';
  test.stored['CompletionRatio'] = '{"cheap":3}';
  test.stored['ModelPrice'] = '{"painter":0.04}';
  await test.channels.createMany([
    { type: 1, key: 'k', models: 'cheap,both,nobody-prices-this', group: 'default' },
    { type: 3, key: 'k', models: 'both,painter', group: 'vip,default', baseUrl: 'https://a' },
    { type: 1, key: 'k', models: 'only-vip', group: 'vip' },
    { type: 1, key: 'k', models: 'switched-off', group: 'default', status: 2 },
  ]);
  test.stored['ModelRatio'] = JSON.stringify({
    ...{ cheap: 2, both: 1, 'both(3)': 4, 'only-vip': 1, 'switched-off': 1 },
  });
});

interface Row {
  model_name: string;
  enable_groups: string[];
}

async function readPrices(as: string) {
  const call = as === 'guest' ? test.anonymous : test.as(as);
  const { body } = await call.get('/api/pricing');
  return body as { data: Row[]; group_ratio: object; usable_group: object };
}
const namesIn = ({ data }: { data: Row[] }) => data.map(({ model_name: name }) => name);

describe('the prices', () => {
  it('are those that bills are made with, the dearest way of each model', async () => {
    const { data } = await readPrices('alice');

    expect(data).toEqual([
      {
        ...{ model_name: 'both', quota_type: 0, model_ratio: 4, model_price: 0 },
        ...{ owner_by: 'custom', completion_ratio: 1, enable_groups: ['default'] },
      },
      {
        ...{ model_name: 'cheap', quota_type: 0, model_ratio: 2, model_price: 0 },
        ...{ owner_by: 'custom', completion_ratio: 3, enable_groups: ['default'] },
      },
      {
        ...{ model_name: 'painter', quota_type: 1, model_ratio: 0, model_price: 0.04 },
        ...{ owner_by: 'custom', completion_ratio: 0, enable_groups: ['default'] },
      },
    ]);
  });

  it('are of the group that one is in: of the default one for guests, of all for administrators', async () => {
    test.users.rows.get(3)!.group = 'vip';

    const [guest, alice, admin] = await Promise.all(['guest', 'alice', 'admin'].map(readPrices));

    expect(namesIn(guest!)).toEqual(['both', 'cheap', 'painter']);
    expect(guest!.group_ratio).toEqual({ default: 1 });
    expect(namesIn(alice!)).toEqual(['both', 'only-vip', 'painter']);
    expect([alice!.group_ratio, alice!.usable_group]).toEqual([{ vip: 0.5 }, { vip: 'vip' }]);
    expect(namesIn(admin!)).toEqual(['both', 'cheap', 'only-vip', 'painter']);
    expect(admin!.data[0]?.enable_groups).toEqual(['default', 'vip']);
  });

  it('follow a mapping, unless the client’s name is billed', async () => {
    await test.channels.createMany([{ type: 1, key: 'k', models: 'alias', group: 'default' }]);
    test.channels.rows.get(5)!.modelMapping = '{"alias":"cheap"}';
    const readAlias = async () => {
      const { data } = await readPrices('guest');
      return data.find(({ model_name: name }) => name === 'alias');
    };
    expect(await readAlias()).toMatchObject({ model_ratio: 2, completion_ratio: 3 });

    await test.as('root').put('/api/option/').send({ key: 'BillBy', value: 'requested' });
    expect(await readAlias()).toBeUndefined();
  });

  it('tell groups with their ratios', async () => {
    const groups = async (path: string, as: string) => (await test.as(as).get(path)).body.data;

    expect(await groups('/api/user/self/groups', 'alice')).toEqual({
      default: { ratio: 1, desc: 'default' },
    });
    expect(Object.keys(await groups('/api/user/groups/', 'admin'))).toEqual(['default', 'vip']);
    expect((await test.anonymous.get('/api/user/groups')).body.data).toEqual({
      default: { ratio: 1, desc: 'default' },
    });
  });

  it('go back to the shipped ones in one call', async () => {
    const { body } = await test.as('root').post('/api/option/rest_model_ratio');

    expect(body).toEqual({ success: true, message: '' });
    expect(test.stored['ModelRatio']).toBeUndefined();
    expect(test.audit.at(-1)).toMatchObject({ action: 'option.update', targetId: 'ModelRatio' });
  });
});
