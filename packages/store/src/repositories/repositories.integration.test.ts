import { createTestDatabase } from '../../../../test/support/databases.ts';
import { openTestStore, type TestStore } from '../testing/open-test-store.ts';
import { describeAccountSource } from './account-source.contract.ts';
import { describeApiTokenRepository } from './api-token-repository.contract.ts';
import { describeChannelRepository } from './channel-repository.contract.ts';
import { describeIdentityRepository } from './identity-repository.contract.ts';
import { describeGivenUpNotifications } from './given-up-notifications.contract.ts';
import { describeNotificationTable } from './notification-table.contract.ts';
import { describeOneTimeCodeRepository } from './one-time-code-repository.contract.ts';
import { describeParkedUsage } from './parked-usage-repository.contract.ts';
import { describeQuotaReminders } from './quota-reminders.contract.ts';
import { describePaging } from './paging.contract.ts';
import { describeRedemptionRepository } from './redemption-repository.contract.ts';
import { describeRequestLogRepository } from './request-log-repository.contract.ts';
import { describeSessionRepository } from './session-repository.contract.ts';
import { describeUsageStatistics } from './usage-statistics.contract.ts';
import { describeUserRepository } from './user-repository.contract.ts';

for (const [name, kind] of [
  ['PostgreSQL', 'postgres'],
  ['MySQL', 'mysql'],
] as const) {
  const open = () => openTestStore(kind);
  describeAccountSource(name, open);
  describeUserRepository(name, open);
  describeApiTokenRepository(name, open);
  describeChannelRepository(name, open);
  describePaging(name, open);
  describeRequestLogRepository(name, open);
  describeUsageStatistics(name, open);
  describeParkedUsage(name, open);
  describeRedemptionRepository(name, open);
  describeSessionRepository(name, open);
  describeIdentityRepository(name, open);
  describeOneTimeCodeRepository(name, open);
  describeNotificationTable(name, open);
  describeGivenUpNotifications(name, open);
  describeQuotaReminders(name, open);
}

describeRequestLogRepository('SQLite, logs in PostgreSQL', () =>
  openWithLogs('sqlite', 'postgres'),
);
describeRequestLogRepository('PostgreSQL, logs in MySQL', () => openWithLogs('postgres', 'mysql'));
describeUsageStatistics('SQLite, logs in PostgreSQL', () => openWithLogs('sqlite', 'postgres'));

async function openWithLogs(
  main: 'sqlite' | 'postgres',
  logs: 'postgres' | 'mysql',
): Promise<TestStore> {
  const logDatabase = await createTestDatabase(logs);
  const test = await openTestStore(main, { logSqlDsn: logDatabase.dsn });
  return {
    ...test,
    async close() {
      await test.close();
      await logDatabase.drop();
    },
  };
}
