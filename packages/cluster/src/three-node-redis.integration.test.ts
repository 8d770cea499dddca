import { afterAll, beforeAll } from '@jest/globals';
import { waitUntil } from '@turnpike/core/testing';
import { startThreeNodes, type ThreeNodes } from '../../../test/support/redis.ts';
import { describeDatabaseClaim } from './claim/database-claim.contract.ts';
import { describeConfigBus } from './config-bus/config-bus.contract.ts';
import { openRedisBusHarness } from './config-bus/redis-config-bus-harness.contract.ts';
import { describeRateLimiter } from './rate-limiter/rate-limiter.contract.ts';
import { openRedisLimiterHarness } from './rate-limiter/redis-rate-limiter-harness.contract.ts';
import { openBullmqSchedulesHarness } from './schedules/bullmq-schedules-harness.contract.ts';
import { describeSchedules } from './schedules/schedules.contract.ts';
import { openRedisLimitsHarness } from './traffic-limits/redis-traffic-limits-harness.contract.ts';
import { describeTrafficLimits } from './traffic-limits/traffic-limits.contract.ts';
import { openTestRedis } from './testing/open-test-redis.ts';
import { openUsageCluster } from './testing/usage-cluster.ts';
import { openRedisDirectoryHarness } from './token-directory/redis-token-directory-harness.contract.ts';
import { describeTokenDirectory } from './token-directory/token-directory.contract.ts';
import { describeUsageSink, type UsageSinkHarness } from './usage-sink/usage-sink.contract.ts';

/** Every contract but the ledger's, which has a file of its own, on a Redis Cluster of three nodes. */
let cluster: ThreeNodes;
beforeAll(async () => {
  cluster = await startThreeNodes();
}, 70_000);
afterAll(() => cluster.stop());

describeDatabaseClaim('Redis Cluster', () => openTestRedis(cluster.url));
describeConfigBus('Redis Cluster', () => openRedisBusHarness(cluster.url));
describeRateLimiter('Redis Cluster', () => openRedisLimiterHarness(cluster.url));
describeSchedules('Redis Cluster', () => openBullmqSchedulesHarness(cluster.url));
describeTrafficLimits('Redis Cluster', () => openRedisLimitsHarness(cluster.url));
describeTokenDirectory('Redis Cluster', () => openRedisDirectoryHarness(cluster.url));
describeUsageSink('Redis Cluster', openSinkHarness);

async function openSinkHarness(): Promise<UsageSinkHarness> {
  const usage = await openUsageCluster(cluster.url);
  await usage.startMaster();
  const relay = usage.openRelay();
  await waitUntil(() => relay.agent.isCurrent());
  return {
    sink: relay.sink,
    charged: () => [...usage.charged.values()],
    settled: () => [...relay.ledger.settled],
    commits: () => usage.applied.length,
    setBackendUp: (isUp) => (isUp ? cluster.start() : cluster.kill()),
    close: () => usage.close(),
  };
}
