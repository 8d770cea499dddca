import { describe, expect, it } from '@jest/globals';
import type { TokenRecord } from '@turnpike/core';
import { RecordCache } from './record-cache.ts';

function makeRecord(apiTokenId: number, userId = 1): TokenRecord {
  return {
    apiTokenId,
    apiTokenName: '',
    status: 1,
    expiredTime: -1,
    unlimitedQuota: false,
    models: undefined,
    subnets: [],
    userId,
    username: '',
    userStatus: 1,
    userRole: 1,
    group: 'default',
    apiTokenRecordVersion: 0,
    userRecordVersion: 0,
  };
}

describe('RecordCache', () => {
  it('drops what was used least recently when it is full', () => {
    const cache = new RecordCache({ maxRecords: 2, maxAgeMs: 1000 });
    cache.set('a', makeRecord(1), 0);
    cache.set('b', makeRecord(2), 0);
    cache.get('a', 0);
    cache.set('c', makeRecord(3), 0);

    expect(['a', 'b', 'c'].map((hash) => cache.get(hash, 0)?.apiTokenId)).toEqual([
      1,
      undefined,
      3,
    ]);
    expect(cache.size).toBe(2);
  });

  it('drops the one that came first when all were used', () => {
    const cache = new RecordCache({ maxRecords: 3, maxAgeMs: 1000 });
    for (const [index, hash] of ['a', 'b', 'c'].entries()) {
      cache.set(hash, makeRecord(index + 1), 0);
      cache.get(hash, 0);
    }
    cache.set('d', makeRecord(4), 0);
    expect(cache.get('a', 0)).toBeUndefined();
    // Nobody used the others since they were passed over: the next to go is the one that came next.
    cache.set('e', makeRecord(5), 0);
    expect(['b', 'c', 'd', 'e'].filter((hash) => cache.get(hash, 0) !== undefined)).toEqual([
      'c',
      'd',
      'e',
    ]);
    expect(cache.size).toBe(3);
  });

  it('keeps a record no longer than its age allows', () => {
    const cache = new RecordCache({ maxRecords: 2, maxAgeMs: 1000 });
    cache.set('a', makeRecord(1), 0);
    expect(cache.get('a', 999)).toBeDefined();
    expect(cache.get('a', 1000)).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it('drops by token and by owner, and nothing else', () => {
    const cache = new RecordCache({ maxRecords: 10, maxAgeMs: 1000 });
    cache.set('a', makeRecord(1, 5), 0);
    cache.set('b', makeRecord(2, 5), 0);
    cache.set('c', makeRecord(3, 6), 0);
    cache.set('d', makeRecord(4, 6), 0);

    cache.deleteUser(5);
    cache.deleteApiToken(3);
    cache.deleteApiToken(99);
    cache.deleteUser(99);

    expect(['a', 'b', 'c', 'd'].filter((hash) => cache.get(hash, 0) !== undefined)).toEqual(['d']);
    cache.clear();
    expect(cache.size).toBe(0);
  });
});
