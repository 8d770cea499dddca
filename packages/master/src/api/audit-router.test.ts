import { beforeAll, describe, expect, it } from '@jest/globals';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeAll(async () => {
  test = await openMaster();
  const admin = test.as('admin');
  await admin.post('/api/channel/').send({ key: 'sk-secret-of-upstream', type: 1, name: 'one' });
  await admin
    .put('/api/channel/')
    .send({ id: 1, name: 'two', key: 'sk-other-of-upstream', base_url: 'https://u:pw@host/' });
  await admin.post('/api/channel/batch/status').send({ ids: [1], status: 2 });
});

describe('the audit log', () => {
  it('tells root what was before and after, without secrets', async () => {
    const { body, headers } = await test.as('root').get('/api/audit/?action=channel.update');

    expect(body.data).toMatchObject([
      {
        username: 'admin',
        action: 'channel.update-many',
        details: { ids: [1], from: [{ id: 1, status: 1 }], to: { status: 2 } },
      },
      {
        action: 'channel.update',
        target_id: '1',
        details: {
          name: { from: 'one', to: 'two' },
          key: 'changed',
          baseUrl: { to: 'https://[masked]@host/' },
        },
      },
    ]);
    expect(headers['x-total-count']).toBe('2');
    expect(JSON.stringify(body)).not.toMatch(/of-upstream|u:pw/);
  });

  it('has a moment in seconds and an id that nobody changed', async () => {
    const { body } = await test.as('root').get('/api/audit/?page_size=1');

    expect(body.data[0]).toMatchObject({ created_at: 1_700_000_000, user_id: 2 });
  });

  it('is for root only', async () => {
    expect((await test.as('admin').get('/api/audit/')).body.code).toBe('role_too_low');
  });
});
