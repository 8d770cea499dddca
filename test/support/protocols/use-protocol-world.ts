import { afterAll, beforeAll, jest } from '@jest/globals';
import type { GatewayOptions } from '../start-gateway.mjs';
import { startProtocolWorld, type ProtocolWorld } from './protocol-world.ts';

/**
 * One world for all tests of a file, which asks upstreams in every protocol at every door: that takes a while.
 *
 * @param retries how often another channel is tried (option `RetryTimes`)
 * @returns a world that is empty until the first test begins
 */
export function useProtocolWorld(retries: number, options: GatewayOptions = {}): ProtocolWorld {
  const world = {} as ProtocolWorld;
  jest.setTimeout(120_000);
  beforeAll(async () => {
    Object.assign(world, await startProtocolWorld(options));
    await world.admin.setOption('RetryTimes', String(retries));
  });
  afterAll(() => world.stopAll());
  return world;
}
