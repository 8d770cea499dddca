import { afterAll, beforeAll } from '@jest/globals';
import { startThreeNodes, type ThreeNodes } from '../../../../test/support/redis.ts';
import { describeLedger } from './ledger.contract.ts';
import { openRedisHarness } from './redis-ledger-harness.contract.ts';

let cluster: ThreeNodes;
beforeAll(async () => {
  cluster = await startThreeNodes();
}, 70_000);
afterAll(() => cluster.stop());

describeLedger('Redis Cluster', () => openRedisHarness({ url: cluster.url }));
