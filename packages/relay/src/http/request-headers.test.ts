import { describe, expect, it } from '@jest/globals';
import { readClientRequestId, readPresentedKey } from './request-headers.ts';

describe('readPresentedKey', () => {
  it.each([
    [{ authorization: 'Bearer sk-abc' }, 'abc', undefined],
    [{ authorization: 'bearer  sk-abc ' }, 'abc', undefined],
    [{ authorization: 'sk-abc' }, 'abc', undefined],
    [{ authorization: 'abc' }, 'abc', undefined],
    [{ authorization: 'Bearer sk-abc-17' }, 'abc', '17'],
    [{ authorization: 'Bearer sk-abc-17-' }, 'abc', '17'],
    [{ authorization: 'Bearer sk-abc-17-x' }, 'abc-17-x', undefined],
    [{ 'x-api-key': 'sk-abc' }, 'abc', undefined],
    [{ 'api-key': 'abc' }, 'abc', undefined],
    [{ 'x-goog-api-key': 'sk-abc-17' }, 'abc', '17'],
    [{ authorization: 'Bearer ', 'x-api-key': 'abc' }, 'abc', undefined],
    [{ authorization: 'Bearer one', 'x-api-key': 'other' }, 'one', undefined],
  ])('reads %j', (headers, key, pinnedChannel) => {
    expect(readPresentedKey(headers)).toEqual({ key, pinnedChannel });
  });

  it.each([
    {},
    { authorization: 'Bearer ' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer sk-' },
  ])('finds none in %j', (headers) => {
    expect(readPresentedKey(headers)).toBeUndefined();
  });
});

describe('readClientRequestId', () => {
  it('takes short printable ids only', () => {
    expect(readClientRequestId({ 'x-request-id': 'abc-1' })).toBe('abc-1');
    expect(readClientRequestId({ 'x-request-id': 'a b' })).toBeUndefined();
    expect(readClientRequestId({ 'x-request-id': 'x'.repeat(129) })).toBeUndefined();
    expect(readClientRequestId({})).toBeUndefined();
  });
});
