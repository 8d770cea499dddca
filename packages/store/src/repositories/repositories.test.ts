import { openTestStore } from '../testing/open-test-store.ts';
import { describeAccountSource } from './account-source.contract.ts';
import { describeApiTokenRepository } from './api-token-repository.contract.ts';
import { describeChannelRepository } from './channel-repository.contract.ts';
import { describeParkedUsage } from './parked-usage-repository.contract.ts';
import { describePaging } from './paging.contract.ts';
import { describeRedemptionRepository } from './redemption-repository.contract.ts';
import { describeRequestLogRepository } from './request-log-repository.contract.ts';
import { describeUserRepository } from './user-repository.contract.ts';

const open = () => openTestStore('sqlite');

describeAccountSource('SQLite', open);
describeUserRepository('SQLite', open);
describeApiTokenRepository('SQLite', open);
describeChannelRepository('SQLite', open);
describePaging('SQLite', open);
describeRequestLogRepository('SQLite', open);
describeParkedUsage('SQLite', open);
describeRedemptionRepository('SQLite', open);
