import { afterAll, beforeAll } from '@jest/globals';
import { startOwnRedis, type OwnRedis } from '../../../../test/support/redis.ts';
import { describeLedger } from './ledger.contract.ts';
import { openRedisHarness } from './redis-ledger-harness.contract.ts';

let cluster: OwnRedis;
beforeAll(async () => {
  cluster = await startOwnRedis('cluster');
}, 70_000);
afterAll(() => cluster.stop());

describeLedger('Redis Cluster', () => openRedisHarness({ url: cluster.url }));
