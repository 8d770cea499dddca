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
  it('keeps a record no longer than its age allows, and no more records than it may', () => {
    const cache = new RecordCache({ maxRecords: 2, maxAgeMs: 1000 });
    cache.set('a', makeRecord(1), 0);
    expect(cache.get('a', 999)).toBeDefined();
    expect(cache.get('a', 1000)).toBeUndefined();
    for (const [index, hash] of ['b', 'c', 'd'].entries()) cache.set(hash, makeRecord(index), 0);
    expect(cache.size).toBe(2);
  });

  it('has forgotten the owner of a record that had to go', () => {
    const cache = new RecordCache({ maxRecords: 1, maxAgeMs: 1000 });
    cache.set('a', makeRecord(1, 5), 0);
    cache.set('b', makeRecord(2, 6), 0);
    cache.deleteUser(5);
    cache.deleteApiToken(1);
    expect(cache.get('b', 0)).toBeDefined();
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
