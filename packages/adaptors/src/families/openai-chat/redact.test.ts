import { describe, expect, it } from '@jest/globals';
import { redactText } from './redact.ts';

describe('redactText', () => {
  it.each([
    ['Incorrect API key provided: sk-abcdefghijkl.', 'sk-abcdefghijkl'],
    ['Incorrect API key provided: sk-proj-ab****************wxyz.', 'wxyz'],
    ['Authorization: Bearer abc.def-ghi was refused', 'abc.def-ghi'],
    ['in organization org-AbCdEf0123456789xyz on tokens', 'org-AbCdEf'],
    ['call https://res1.openai.azure.com/openai/deployments/x?api-version=1 failed', 'res1'],
    ['dial tcp 10.1.2.3:443: refused', '10.1.2.3'],
    ['lookup secret-host.internal:8080 failed', 'secret-host'],
    ['token eyJhbGciOi.eyJzdWIi.sig_na-ture', 'eyJ'],
    ['key AIzaSyA1234567890abcdefghijklmnopq is bad', 'AIza'],
    ['account ops@example.com is suspended', 'ops'],
  ])('takes the secret out of %j', (text, secret) => {
    expect(redactText(text)).not.toContain(secret);
  });

  it.each(['a', 'pw', 'weird secret/with+chars', 'APPID|APISecret12|APIKey3456'])(
    'always removes the given secret %j, and each part of it',
    (secret) => {
      const safe = redactText(
        `1 ${secret} 2 ${encodeURIComponent(secret)} 3 ${secret.split('|').at(-1)!}`,
        {
          secret,
        },
      );

      expect(safe.replaceAll('[redacted]', '')).not.toContain(secret);
      if (secret.includes('|')) expect(safe).not.toContain('APIKey3456');
    },
  );

  it("removes the channel's host where it stands alone", () => {
    expect(redactText('no route to gpu7', { baseUrl: 'http://gpu7/v1' })).toBe(
      'no route to [redacted]',
    );
  });

  it.each([
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    'Invalid value: key-value pairs expected, got 3.5',
    'prompt is too long: 213000 tokens > 200000 maximum',
  ])('leaves %j as clients know it', (text) => {
    expect(redactText(text, { secret: 'sk-0123456789' })).toBe(text);
  });
});
