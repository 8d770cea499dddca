import { describe, expect, it } from '@jest/globals';
import { silentLogger, type ConfigSnapshot } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { followOptions } from './follow-options.ts';

const snapshot: ConfigSnapshot = { version: 7, channels: [], options: {} };
const logger = silentLogger;

function openBus(failures: number) {
  let left = failures;
  const handlers = new Set<(event: { version: number }) => void>();
  return {
    handlers,
    latestSnapshot() {
      left -= 1;
      return left >= 0 ? Promise.reject(new Error('no answer')) : Promise.resolve(snapshot);
    },
    subscribe(_name: string, handler: (event: never) => void) {
      handlers.add(handler as (event: { version: number }) => void);
      return () => handlers.delete(handler as (event: { version: number }) => void);
    },
  };
}

describe('following the options', () => {
  it('asks again where Redis does not answer, and rejects nowhere', async () => {
    const configBus = openBus(2);
    const noted: unknown[] = [];
    const end = followOptions({
      configBus: configBus as never,
      noteSnapshot: (one) => void noted.push(one),
      logger,
      retryMs: 5,
    });
    for (const handler of configBus.handlers) handler({ version: 7 });
    await waitUntil(() => noted.length > 0);
    expect(noted).toEqual([snapshot]);
    end();
    expect(configBus.handlers.size).toBe(0);
  });

  it('asks nobody any more after it was ended', async () => {
    const configBus = openBus(Infinity);
    const end = followOptions({
      configBus: configBus as never,
      noteSnapshot: () => undefined,
      logger,
      retryMs: 5,
    });
    for (const handler of configBus.handlers) handler({ version: 7 });
    end();
    expect(configBus.handlers.size).toBe(0);
    await Promise.resolve();
  });
});
