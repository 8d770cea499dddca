import { describe, expect, it } from '@jest/globals';
import { readOptions, type GatewayEvent } from '@turnpike/core';
import { eventMail } from './mail-texts.ts';

const channel = { channel_id: 3, channel_name: 'three', reason: 'no balance' };
const account = { user_id: 5, username: 'bob', quota: 250_000, threshold: 1_000_000 };
const events: GatewayEvent[] = [
  { type: 'channel.disabled', data: channel },
  { type: 'channel.enabled', data: channel },
  { type: 'channel.failing', data: channel },
  { type: 'quota.low', data: account },
  { type: 'quota.used_up', data: { ...account, quota: 0 } },
  { type: 'channels.tested', data: { scope: 'group:vip', total: 3, succeeded: 2, failed: 1 } },
];
const mailsIn = (AlertLanguage: string) =>
  events.map((event) =>
    eventMail(event, readOptions({ AlertLanguage, TopUpLink: 'https://shop.example/' })),
  );

describe('a mail about an event', () => {
  it('is written in English, or in the language of the option', () => {
    expect(mailsIn('en').map(({ subject }) => subject)).toEqual([
      "Channel 'three' (#3) was disabled automatically",
      "Channel 'three' (#3) was enabled automatically",
      "Channel 'three' (#3) failed its test; it stays enabled",
      'Your quota is running low',
      'Your quota is used up',
      'The test of channels is finished',
    ]);
    expect(mailsIn('zh').map(({ subject }) => subject)).toEqual([
      '渠道“three”（#3）已被自动禁用',
      '渠道“three”（#3）已被自动启用',
      '渠道“three”（#3）未通过测试，仍保持启用',
      '您的额度即将用尽',
      '您的额度已用尽',
      '渠道测试完成',
    ]);
  });

  it.each(['en', 'zh'])(
    'says why, whose balance it is, and where it is filled (%s)',
    (language) => {
      const [disabled, , , low, , tested] = mailsIn(language);

      expect(disabled?.text).toContain('no balance');
      expect(tested?.text).toMatch(/group:vip.*3.*2.*1/s);
      expect(low?.text).toMatch(/bob.*0\.5/s);
      expect(low?.html).toContain('href="https://shop.example/"');
    },
  );
});
