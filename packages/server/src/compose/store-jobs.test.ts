import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '@turnpike/core';
import { listStoreJobs } from './store-jobs.ts';

describe('moving log rows to their database', () => {
  it.each([
    ['logs', true],
    ['main', false],
  ])('tells that the database %s failed, and fails', async (database, isMainThere) => {
    const told: string[] = [];
    const jobs = listStoreJobs(
      {
        drainLogOutbox: () => Promise.reject(new Error('away')),
        pruneUsageRequests: () => Promise.resolve(0),
        ping: () => (isMainThere ? Promise.resolve() : Promise.reject(new Error('away'))),
      },
      silentLogger,
      (name) => told.push(name),
    );
    const job = jobs.find(({ name }) => name === 'drain-log-outbox')!;
    await expect(job.run()).rejects.toThrow('away');
    expect(told).toEqual([database]);
  });
});
