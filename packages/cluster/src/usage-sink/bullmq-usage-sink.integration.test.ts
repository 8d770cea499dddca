import { afterAll, beforeAll } from '@jest/globals';
import { waitUntil } from '@turnpike/core/testing';
import { startOwnRedis, type OwnRedis } from '../../../../test/support/redis.ts';
import { openUsageCluster, quickTimes } from '../testing/usage-cluster.ts';
import {
  describeQueueingSink,
  describeUsageSink,
  type QueueingSinkHarness,
} from './usage-sink.contract.ts';

let redis: OwnRedis;
beforeAll(async () => {
  redis = await startOwnRedis();
});
afterAll(async () => {
  await redis.stop();
});

async function open(options: { isJournalOff?: boolean } = {}): Promise<QueueingSinkHarness> {
  const cluster = await openUsageCluster(redis.address);
  await cluster.startMaster();
  const relay = cluster.openRelay(options);
  await waitUntil(() => relay.agent.isCurrent());
  return {
    sink: relay.sink,
    deadlineMs: quickTimes.deadlineMs,
    charged: () => [...cluster.charged.values()],
    settled: () => [...relay.ledger.settled],
    commits: () => cluster.applied.length,
    setBackendUp: (isUp) => (isUp ? redis.start() : redis.kill()),
    setBackendHanging: (isHanging) => (isHanging ? redis.freeze() : redis.thaw()),
    close: () => cluster.close(),
  };
}

describeUsageSink('bullmq', () => open());
describeQueueingSink('bullmq', () => open());
describeQueueingSink('bullmq, journal off', () => open({ isJournalOff: true }));
