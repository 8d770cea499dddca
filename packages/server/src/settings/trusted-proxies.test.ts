import { describe, expect, it } from '@jest/globals';
import { createProxyTrust } from './trusted-proxies.ts';

describe('createProxyTrust', () => {
  const isTrusted = createProxyTrust(['10.0.0.0/8', '::1/128']);

  it.each([
    ['10.200.0.1', true],
    ['::ffff:10.0.0.1', true],
    ['::1', true],
    ['11.0.0.1', false],
    ['::2', false],
    ['not an address', false],
    ['', false],
  ])('answers for %s: %s', (address, expected) => {
    expect(isTrusted(address)).toBe(expected);
  });

  it('trusts nobody where no proxy is named', () => {
    expect(createProxyTrust([])('127.0.0.1')).toBe(false);
  });
});
