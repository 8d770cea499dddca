import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeUsageEvent, waitUntil } from '@turnpike/core/testing';
import { startOwnRedis, type OwnRedis } from '../../../test/support/redis.ts';
import { describeDatabaseClaim } from './claim/database-claim.contract.ts';
import { describeConfigBus } from './config-bus/config-bus.contract.ts';
import { openRedisBusHarness } from './config-bus/redis-config-bus-harness.contract.ts';
import { describeLedger } from './ledger/ledger.contract.ts';
import { openRedisHarness } from './ledger/redis-ledger-harness.contract.ts';
import { describeRateLimiter } from './rate-limiter/rate-limiter.contract.ts';
import { openRedisLimiterHarness } from './rate-limiter/redis-rate-limiter-harness.contract.ts';
import { openBullmqSchedulesHarness } from './schedules/bullmq-schedules-harness.contract.ts';
import { describeSchedules } from './schedules/schedules.contract.ts';
import { openTestRedis } from './testing/open-test-redis.ts';
import { openUsageCluster } from './testing/usage-cluster.ts';
import { openRedisDirectoryHarness } from './token-directory/redis-token-directory-harness.contract.ts';
import { describeTokenDirectory } from './token-directory/token-directory.contract.ts';
import { openRedisLimitsHarness } from './traffic-limits/redis-traffic-limits-harness.contract.ts';
import { describeTrafficLimits } from './traffic-limits/traffic-limits.contract.ts';

/**
 * What docs/guides/run-a-cluster.md says that a user of the gateway's own needs: keys and channels that begin with its
 * prefix, in a database with a number. The prefixes of these tests begin with `test`.
 */
const rights = 'resetchannels ~test* ~{test* &test* +@all -@dangerous +info';
const database = 3;

let own: OwnRedis;
let address: string;
beforeAll(async () => {
  own = await startOwnRedis();
  await own.ask('ACL', 'SETUSER', 'app', 'on', '>pw', ...rights.split(' '));
  address = `${own.url.replace('redis://', 'redis://app:pw@')}/${database}`;
});
afterAll(() => own.stop());

describeDatabaseClaim('a restricted user', () => openTestRedis(address));
describeConfigBus('a restricted user', () => openRedisBusHarness(address));
describeLedger('a restricted user', () => openRedisHarness({ url: address }));
describeRateLimiter('a restricted user', () => openRedisLimiterHarness(address));
describeSchedules('a restricted user', () => openBullmqSchedulesHarness(address));
describeTokenDirectory('a restricted user', () => openRedisDirectoryHarness(address));
describeTrafficLimits('a restricted user', () => openRedisLimitsHarness(address));

describe('with a restricted user', () => {
  it('usage gets from a relay to a master, in the database of that number only', async () => {
    const usage = await openUsageCluster(address);
    try {
      await usage.startMaster();
      const relay = usage.openRelay();
      await waitUntil(() => relay.agent.isCurrent());
      await relay.sink.publish([makeUsageEvent()]);
      await waitUntil(() => usage.charged.size === 1);
      expect(String(await own.ask('INFO', 'keyspace'))).not.toContain('db0:');
      expect(String(await own.ask('INFO', 'keyspace'))).toContain(`db${database}:`);
    } finally {
      await usage.close();
    }
  });
});
