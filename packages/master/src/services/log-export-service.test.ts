import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { silentLogger, type RequestLogRow } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { createInMemoryLogs } from '../testing/in-memory-logs.ts';
import { createLogExportService } from './log-export-service.ts';

type Read = () => AsyncIterable<readonly RequestLogRow[]>;

const everything = { withIds: true };

async function makeRows(count: number): Promise<readonly RequestLogRow[]> {
  const logs = createInMemoryLogs();
  for (let index = 0; index < count; index += 1)
    await logs.add({ type: 2, content: 'x'.repeat(100) });
  return logs.rows;
}

function open(read: Read) {
  return createLogExportService({ requestLogs: { read }, logger: silentLogger });
}

describe('an export of the log', () => {
  it('reads no further than its client takes', async () => {
    const rows = await makeRows(500);
    let portions = 0;
    let isEnded = false;
    const exports = open(async function* () {
      try {
        for (; portions < 1000; portions += 1) yield rows;
      } finally {
        isEnded = true;
      }
    });
    let takeMore = (): void => undefined;
    const slow = new Writable({
      highWaterMark: 1000,
      write(_chunk, _encoding, done) {
        takeMore = done;
      },
    });

    const written = exports.write({}, everything, () => slow);
    await waitUntil(() => slow.writableNeedDrain);
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);

    expect(portions).toBeLessThan(5);
    takeMore();
    slow.destroy(); // the client goes away
    await written;
    expect(isEnded).toBe(true);
  });

  it('is cut off where it fails half-way, so that nobody takes it for whole', async () => {
    const rows = await makeRows(1);
    const exports = open(async function* () {
      yield rows;
      throw new Error('away');
    });
    const output = new PassThrough();
    output.resume();

    await exports.write({}, everything, () => output);

    expect([output.destroyed, output.readableEnded]).toEqual([true, false]);
  });

  it('does not begin where the first rows cannot be read', async () => {
    const exports = open(async function* () {
      throw new Error('away');
    });
    let hasBegun = false;
    const begin = () => {
      hasBegun = true;
      return new PassThrough();
    };

    await expect(exports.write({}, everything, begin)).rejects.toThrow('away');
    expect(hasBegun).toBe(false);
  });

  it('does not run more than three times at once', async () => {
    const rows = await makeRows(1);
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const exports = open(async function* () {
      yield rows;
      await ended;
    });
    const begin = () => new PassThrough().resume();
    const running = [1, 2, 3].map(() => exports.write({}, everything, begin));

    await expect(exports.write({}, everything, begin)).rejects.toMatchObject({
      code: 'too_many_exports',
    });
    end();
    await Promise.all(running);
    await exports.write({}, everything, begin);
  });
});
