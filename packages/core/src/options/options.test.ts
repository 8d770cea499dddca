import { describe, expect, it } from '@jest/globals';
import { checkOptionChange, parseOption } from './change-option.ts';
import { findOption, isSecretOption, optionKeys } from './option-registry.ts';
import { optionDefaults, readOptions } from './read-options.ts';

/** Every option that One API's clients may read or write. */
const oneApiKeys =
  `PasswordLoginEnabled PasswordRegisterEnabled RegisterEnabled EmailVerificationEnabled EmailDomainRestrictionEnabled
  EmailDomainWhitelist GitHubOAuthEnabled GitHubClientId GitHubClientSecret LarkClientId LarkClientSecret OidcEnabled
  OidcClientId OidcClientSecret OidcWellKnown OidcAuthorizationEndpoint OidcTokenEndpoint OidcUserinfoEndpoint
  WeChatAuthEnabled WeChatServerAddress WeChatServerToken WeChatAccountQRCodeImageURL TurnstileCheckEnabled
  TurnstileSiteKey TurnstileSecretKey SMTPServer SMTPPort SMTPAccount SMTPFrom SMTPToken MessagePusherAddress
  MessagePusherToken SystemName Logo Footer Notice About HomePageContent ServerAddress TopUpLink ChatLink Theme
  QuotaForNewUser QuotaForInviter QuotaForInvitee QuotaRemindThreshold PreConsumedQuota QuotaPerUnit
  DisplayInCurrencyEnabled DisplayTokenStatEnabled ModelRatio CompletionRatio GroupRatio LogConsumeEnabled RetryTimes
  ChannelDisableThreshold AutomaticDisableChannelEnabled AutomaticEnableChannelEnabled ApproximateTokenEnabled`.split(
    /\s+/,
  );

describe('the registry', () => {
  it('has every option of One API', () => {
    expect(oneApiKeys).toHaveLength(59);
    expect(oneApiKeys.filter((key) => findOption(key) === undefined)).toEqual([]);
  });

  it('has a default that its own check accepts, and texts in both languages', () => {
    for (const key of optionKeys) {
      const option = findOption(key);
      expect([key, option?.check(option.default)]).not.toEqual([
        key,
        expect.objectContaining({ problem: expect.any(String) }),
      ]);
      expect(option?.en).toMatch(/^[A-Z].*\.$/s);
      expect(option?.zh).toMatch(/\p{Script=Han}.*。$/su);
    }
  });

  it('knows nothing by the names of built-in properties', () => {
    for (const key of ['constructor', '__proto__', 'toString', '']) {
      expect(findOption(key)).toBeUndefined();
    }
  });

  it('keeps every secret, those of other programs too', () => {
    const secrets = optionKeys.filter(isSecretOption);
    expect(secrets.sort()).toEqual([
      'GitHubClientSecret',
      'LarkClientSecret',
      'MessagePusherToken',
      'OidcClientSecret',
      'SMTPToken',
      'TurnstileSecretKey',
      'WeChatServerToken',
      'WebhookSecret',
    ]);
    expect(isSecretOption('TelegramBotToken')).toBe(true);
    expect(isSecretOption('ServerAddress')).toBe(false);
  });
});

describe('readOptions', () => {
  it('gives the defaults where nothing is stored', () => {
    expect(readOptions({})).toMatchObject({
      PasswordLoginEnabled: true,
      HardBudgetEnabled: false,
      RetryTimes: 0,
      QuotaPerUnit: 500_000,
      ChannelDisableThreshold: 5,
      SystemName: 'One API',
      BillBy: 'mapped',
      UnpricedModelPolicy: 'refuse',
      UnsettledHoldPolicy: 'refund',
      ResponseModelName: 'upstream',
      LogErrorEnabled: false,
      DrainAbortedStreams: false,
    });
  });

  it('reads what is stored, and cannot be changed', () => {
    const options = readOptions({
      RetryTimes: ' 3 ',
      LogErrorEnabled: 'true',
      EmailDomainWhitelist: 'a.example, b.example,,',
      AutomaticDisableKeywords: 'one\n two \n\n',
    });
    expect(options).toMatchObject({
      RetryTimes: 3,
      LogErrorEnabled: true,
      EmailDomainWhitelist: ['a.example', 'b.example'],
      AutomaticDisableKeywords: ['one', 'two'],
    });
    expect(Object.isFrozen(options)).toBe(true);
  });

  it.each([
    [{ RetryTimes: 'many' }, 'RetryTimes', 0],
    [{ RetryTimes: '-1' }, 'RetryTimes', 0],
    [{ RetryTimes: '1.5' }, 'RetryTimes', 0],
    [{ BillBy: 'whim' }, 'BillBy', 'mapped'],
    [{ PasswordLoginEnabled: 'TRUE' }, 'PasswordLoginEnabled', false],
  ] as const)(
    'reads %p, stored by another program, as a value it can work with',
    (stored, key, value) => {
      expect(readOptions(stored as Record<string, string>)[key]).toBe(value);
    },
  );

  it('leaves out names that are no options', () => {
    expect(readOptions({ SensitiveWords: 'x' })).not.toHaveProperty('SensitiveWords');
    expect(Object.keys(optionDefaults())).toEqual(optionKeys);
  });
});

describe('parseOption', () => {
  it.each([
    ['RetryTimes', ' 3 ', '3'],
    ['PasswordLoginEnabled', 'false', 'false'],
    ['ServerAddress', 'https://gateway.example/', 'https://gateway.example'],
    ['ServerAddress', '', ''],
    ['EmailDomainWhitelist', ' a.example , ', 'a.example'],
    ['SystemName', '', ''],
    ['GitHubClientSecret', '', ''],
    ['BillBy', 'requested', 'requested'],
    ['ModelRatio', '{"gpt-4o": 1.25, "mine": 2}', '{"mine":2}'],
  ])('stores %s %p as %p', (key, text, value) => {
    expect(parseOption(key, text)).toEqual({ value });
  });

  it.each([
    ['RetryTimes', 'x', 'RetryTimes: expected a whole number from 0 to 100.'],
    ['RetryTimes', '101', 'RetryTimes: expected a whole number from 0 to 100.'],
    ['RetryTimes', '0x10', 'RetryTimes: expected a whole number from 0 to 100.'],
    ['RetryTimes', '', 'RetryTimes: expected a whole number from 0 to 100.'],
    ['QuotaPerUnit', '0', 'QuotaPerUnit: expected a number from 1 to 1000000000000.'],
    ['PasswordLoginEnabled', 'TRUE', 'PasswordLoginEnabled: expected "true" or "false".'],
    ['Theme', 'pink', 'Theme: expected one of: default, berry, air.'],
    [
      'ServerAddress',
      'gateway.example',
      'ServerAddress: expected an address that starts with http:// or https://.',
    ],
    ['GroupRatio', '{"a":-1}', 'GroupRatio: "a" is negative (-1).'],
    ['', 'x', 'The name of the option is missing.'],
    ['Nonsense', 'x', 'There is no option "Nonsense".'],
  ])('refuses %s %p', (key, text, problem) => {
    expect(parseOption(key, text)).toEqual({ problem });
  });
});

describe('checkOptionChange', () => {
  it.each([
    ['GitHubOAuthEnabled', 'GitHubClientId'],
    ['OidcEnabled', 'OidcClientId'],
    ['WeChatAuthEnabled', 'WeChatServerAddress'],
    ['TurnstileCheckEnabled', 'TurnstileSiteKey'],
  ])('lets %s be switched on only after %s is set', (key, needed) => {
    expect(checkOptionChange(key, 'true', {})).toContain(needed);
    expect(checkOptionChange(key, 'true', { [needed]: 'https://set.example' })).toBeUndefined();
    expect(checkOptionChange(key, 'false', {})).toBeUndefined();
    expect(checkOptionChange(needed, '', { [key]: 'true' })).toContain(key);
  });

  it('needs a domain for a restriction by domain; one empty entry is none', () => {
    const key = 'EmailDomainRestrictionEnabled';
    expect(checkOptionChange(key, 'true', {})).toBeUndefined();
    expect(checkOptionChange(key, 'true', { EmailDomainWhitelist: ' , ' })).toBeDefined();
  });

  it('never lets the last way to log in be switched off', () => {
    expect(checkOptionChange('PasswordLoginEnabled', 'false', {})).toContain('Nobody');
    const withGitHub = { GitHubOAuthEnabled: 'true', GitHubClientId: 'id' };
    expect(checkOptionChange('PasswordLoginEnabled', 'false', withGitHub)).toBeUndefined();
    expect(
      checkOptionChange('GitHubOAuthEnabled', 'false', {
        ...withGitHub,
        PasswordLoginEnabled: 'false',
      }),
    ).toContain('Nobody');
    expect(
      checkOptionChange('LarkClientId', '', { LarkClientId: 'id', PasswordLoginEnabled: 'false' }),
    ).toContain('Nobody');
  });

  it('has nothing against other changes', () => {
    expect(checkOptionChange('SystemName', '', {})).toBeUndefined();
    expect(checkOptionChange('constructor', 'x', {})).toBeUndefined();
  });
});
