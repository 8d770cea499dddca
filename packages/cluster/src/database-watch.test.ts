import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, type Logger } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { DatabaseWatch } from './database-watch.ts';

const fullDisk = Object.assign(new Error('insert into t values (secret) - disk is full'), {
  code: 'SQLITE_FULL',
});

let failure: Error | undefined;
let looks: number;
let logged: string[];
let watch: DatabaseWatch;
beforeEach(() => {
  failure = undefined;
  looks = 0;
  logged = [];
  const log = (_fields: object, message: string): number => logged.push(message);
  const logger: Logger = { ...silentLogger, info: log, error: log };
  watch = new DatabaseWatch({
    checkWrites() {
      looks += 1;
      return failure === undefined ? Promise.resolve() : Promise.reject(failure);
    },
    isOutage: (error) => /^SQLITE_(FULL|BUSY)$/.test((error as { code?: string }).code ?? ''),
    logger,
    lookEveryMs: 5,
  });
});
afterEach(() => watch.close());

const fail = (error: Error): Promise<unknown> =>
  watch.ask(() => Promise.reject(error)).catch((answer: unknown) => answer);

describe('DatabaseWatch', () => {
  it('keeps everybody out from a failure until something can be written, and says why', async () => {
    failure = fullDisk;
    expect(await fail(fullDisk)).toMatchObject({ code: 'not_ready', status: 503 });
    expect(watch.isUsable).toBe(false);
    expect(watch.findObstacles()).toEqual([expect.stringContaining('(SQLITE_FULL)')]);
    expect(watch.findObstacles().join()).not.toContain('secret');
    await waitUntil(() => looks >= 3);
    expect(watch.isUsable).toBe(false);

    failure = undefined;
    await waitUntil(() => watch.isUsable);
    expect(watch.findObstacles()).toEqual([]);
    expect(logged.at(-1)).toBe('the database can be used again');
  });

  it('says so once, however many requests meet it', async () => {
    failure = fullDisk;
    for (let count = 0; count < 5; count += 1) await fail(fullDisk);
    expect(logged).toEqual(['the database cannot be used: requests are refused until it can']);
  });

  it('looks at once, and not any more when the database is well', async () => {
    const busy = Object.assign(new Error('locked'), { code: 'SQLITE_BUSY' });
    await fail(busy);
    await waitUntil(() => watch.isUsable);
    expect(looks).toBe(1);
  });

  it('lets everybody in again where the look itself is broken', async () => {
    failure = Object.assign(new Error('no such table'), { code: 'SQLITE_ERROR' });
    await fail(fullDisk);
    await waitUntil(() => watch.isUsable);
    expect(logged.at(-1)).toBe('the database could not be looked at');
  });

  it('leaves bugs, and what is well, alone', async () => {
    const bug = new RangeError('quota is no integer');
    expect(await fail(bug)).toBe(bug);
    expect(await watch.ask(() => Promise.resolve(7))).toBe(7);
    expect(watch.isUsable).toBe(true);
    expect(looks).toBe(0);
  });

  it('asks nothing of a database that is being closed', async () => {
    failure = fullDisk;
    await fail(fullDisk);
    await watch.close();
    const before = looks;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(looks).toBe(before);
  });
});
