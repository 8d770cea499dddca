import { describe, expect, it } from '@jest/globals';
import { openMaster } from '../testing/open-master.ts';

const DAY = 86_400;

describe('the job that removes old log rows', () => {
  it('removes what is older than the option says, and nothing without it', async () => {
    const test = await openMaster();
    const now = test.clock.now() / 1000;
    for (const days of [1, 29, 31, 400])
      await test.logs.add({ type: 2, content: String(days), created_at: now - days * DAY });
    const job = test.master.jobs.find(({ name }) => name === 'prune-request-logs')!;

    await job.run();
    expect(test.logs.rows).toHaveLength(4);

    await test.as('root').put('/api/option/').send({ key: 'LogRetentionDays', value: '30' });
    await job.run();
    expect(test.logs.rows.map(({ content }) => content)).toEqual(['1', '29']);
  });
});
