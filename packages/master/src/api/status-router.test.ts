import { describe, expect, it } from '@jest/globals';
import { statusSchema } from '@turnpike/core/contract';
import { openMaster } from '../testing/open-master.ts';

describe('public routes', () => {
  it('tells everybody the status', async () => {
    const { anonymous, stored } = await openMaster();
    stored['SystemName'] = 'Our gateway';
    const { status, body } = await anonymous.get('/api/status');

    expect(status).toBe(200);
    expect(body.success).toBe(true);
    expect(statusSchema.strict().parse(body.data)).toMatchObject({
      version: 'v1.2.3',
      start_time: 1_700_000_000,
      system_name: 'Our gateway',
      quota_per_unit: 500_000,
      display_in_currency: true,
      server_address: '',
    });
  });

  it.each([
    ['/api/notice', 'Notice'],
    ['/api/about', 'About'],
    ['/api/home_page_content', 'HomePageContent'],
  ])('shows at %s the option %s', async (path, option) => {
    const { anonymous, stored } = await openMaster();
    stored[option] = '# Hello';

    expect((await anonymous.get(path)).body).toEqual({
      success: true,
      message: '',
      data: '# Hello',
    });
  });
});
