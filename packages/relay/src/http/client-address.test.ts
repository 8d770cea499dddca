import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createAddressList, createClientAddressOf } from './client-address.ts';

function requestFrom(peer: string, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { socket: { remoteAddress: peer }, headers } as unknown as IncomingMessage;
}

describe('createClientAddressOf', () => {
  it('believes nobody by default', () => {
    const addressOf = createClientAddressOf([]);
    expect(addressOf(requestFrom('9.9.9.9', '1.1.1.1'))).toBe('9.9.9.9');
  });

  it('believes a trusted proxy, and takes the right-most address that is none', () => {
    const addressOf = createClientAddressOf(['10.0.0.0/8', '127.0.0.1']);
    expect(addressOf(requestFrom('::ffff:127.0.0.1', '6.6.6.6, 1.1.1.1, 10.2.3.4'))).toBe(
      '1.1.1.1',
    );
    expect(addressOf(requestFrom('8.8.8.8', '1.1.1.1'))).toBe('8.8.8.8');
    expect(addressOf(requestFrom('10.0.0.1', 'garbage'))).toBe('10.0.0.1');
    expect(addressOf(requestFrom('10.0.0.1'))).toBe('10.0.0.1');
  });
});

describe('createAddressList', () => {
  it('matches subnets of both families, and never what does not parse', () => {
    const isListed = createAddressList([
      '192.168.0.0/16',
      '2001:db8::/32',
      '5.5.5.5',
      'nonsense',
      '1.2.3.4/99',
    ]);
    expect(isListed('192.168.7.7')).toBe(true);
    expect(isListed('2001:db8::1')).toBe(true);
    expect(isListed('5.5.5.5')).toBe(true);
    expect(isListed('1.2.3.4')).toBe(false);
    expect(isListed('')).toBe(false);
  });
});
