import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { TokenDirectory, TokenRecord } from '@turnpike/core';
import { makeToken } from '../testing/make-relay-snapshot.ts';
import { createKeyReader } from '../http/key-reader.ts';
import { authenticate, type Caller } from './authenticate.ts';

function authenticateWith(token: TokenRecord | undefined, authorization?: string): Promise<Caller> {
  const tokenDirectory: TokenDirectory = {
    peek: () => 'unknown',
    find: () => Promise.resolve(token),
    forget: () => undefined,
  };
  const headers = authorization === undefined ? {} : { authorization };
  const request = { headers } as unknown as IncomingMessage;
  const deps = {
    readKey: createKeyReader(),
    tokenDirectory,
    clientAddressOf: () => '10.1.2.3',
    clock: { now: () => 1_000_000 },
  };
  return (async () => authenticate(deps, request))();
}

describe('authenticate', () => {
  it('recognises a key', async () => {
    const token = makeToken();
    expect(await authenticateWith(token, 'Bearer sk-k')).toEqual({
      token,
      pinnedChannel: undefined,
    });
  });

  it.each([
    ['no key', undefined, undefined, 'invalid_api_key'],
    ['an unknown key', undefined, 'Bearer sk-k', 'invalid_api_key'],
    ['a disabled key', { status: 2 }, 'Bearer sk-k', 'api_key_disabled'],
    ['a key with status expired', { status: 3 }, 'Bearer sk-k', 'api_key_expired'],
    ['a key past its time', { expiredTime: 999 }, 'Bearer sk-k', 'api_key_expired'],
    ['a disabled user', { userStatus: 2 }, 'Bearer sk-k', 'account_disabled'],
    [
      'an address outside the subnets',
      { subnets: ['192.168.0.0/16'] },
      'Bearer sk-k',
      'ip_not_allowed',
    ],
    ['a pin by an ordinary user', {}, 'Bearer sk-k-5', 'channel_pin_not_allowed'],
  ])('refuses %s', async (_what, fields, authorization, code) => {
    const token = fields === undefined ? undefined : makeToken(fields);
    await expect(authenticateWith(token, authorization)).rejects.toMatchObject({ code });
  });

  it('lets an address inside the subnets and an administrator’s pin through', async () => {
    const token = makeToken({ subnets: ['10.0.0.0/8'], userRole: 10 });
    expect(await authenticateWith(token, 'sk-k-5')).toMatchObject({ pinnedChannel: '5' });
  });
});
