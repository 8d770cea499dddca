import { sharedRedisUrl } from '../../../../test/support/redis.ts';
import { describeLedgerBudgets } from './ledger-budgets.contract.ts';
import { describeLedger } from './ledger.contract.ts';
import { openRedisHarness } from './redis-ledger-harness.contract.ts';

describeLedger('Redis', () => openRedisHarness({ url: sharedRedisUrl() }));
describeLedgerBudgets('Redis', () => openRedisHarness({ url: sharedRedisUrl() }));
