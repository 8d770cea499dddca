import { visitorCookie } from './agreeable-sign-in.ts';

/** A call of a route that succeeds for the lowest role that may make it, on what `openFilledMaster` holds. */
export interface GoodCall {
  /** For the parameters of the path. */
  params?: Readonly<Record<string, string | number>>;
  query?: string;
  body?: object;
  headers?: Readonly<Record<string, string>>;
  /** Leaves a trace in the audit log. */
  isAudited?: boolean;
}

const channel = { id: 1 };
/** Back from a provider, in the browser that began. */
const comingBack = {
  query: 'code=good&state=good',
  headers: { cookie: visitorCookie },
  isAudited: true,
};
const audited = { isAudited: true };

/**
 * One good call for each route, by its id. A test fails where a declared route has none: add the line together with the
 * route. Held are: users root (1), admin (2), alice (3) and bob (4), channels 1 and 2 with the tag `eu`, token 1 of alice,
 * redemption codes 1 and 2, and one charged request of alice.
 */
export const goodCalls: Readonly<Record<string, GoodCall>> = {
  publicStatus: {},
  publicStatusTest: {},
  publicNotice: {},
  publicAbout: {},
  publicHomePage: {},
  publicOpenApi: {},
  publicDocs: {},

  setupRead: {},
  setupFinish: { body: { username: 'root', password: 'a new secret' }, ...audited },

  sessionLogin: { body: { username: 'alice', password: 'correct horse' } },
  sessionLogout: {},
  sessionEndAll: {},

  signInRegister: { body: { username: 'dave', password: 'daves secret' }, ...audited },
  signInSendVerification: { query: 'email=dave@example.com' },
  signInSendReset: { query: 'email=alice@example.com' },
  signInResetPassword: { body: { email: 'alice@example.com', token: 'good' }, ...audited },
  signInStartOAuth: { query: 'provider=github' },
  signInGithub: comingBack,
  signInLark: comingBack,
  signInOidc: comingBack,
  signInWechat: { query: 'code=good', ...audited },
  signInBindWechat: { query: 'code=good', ...audited },
  signInBindEmail: { query: 'email=other@example.com&code=good', ...audited },
  signInUnbind: { params: { provider: 'email' }, ...audited },

  accountRead: {},
  accountUpdate: { body: { display_name: 'Alice A.' }, ...audited },
  accountRemove: audited,
  accountRotateAccessToken: audited,
  accountDashboard: {},
  accountAvailableModels: {},
  accountModels: {},
  accountAffCode: {},
  accountTopUp: { body: { key: 'codeOfTheTests' } },
  accountQuotaEntries: {},

  userList: { query: 'keyword=a&sort=quota&direction=asc&page_size=2' },
  userSearch: { query: 'keyword=ali' },
  userRead: { params: { id: 3 } },
  userCreate: { body: { username: 'carol', password: 'carols secret' }, ...audited },
  userUpdate: { body: { id: 3, group: 'vip' }, ...audited },
  userManage: { body: { id: 4, action: 'disable' }, ...audited },
  userRemove: { params: { id: 4 }, ...audited },
  userQuotaEntries: { params: { id: 3 }, query: 'page_size=5' },
  userTopUp: { body: { user_id: 3, quota: 500 }, ...audited },

  tokenList: { query: 'order=remain_quota' },
  tokenSearch: { query: 'keyword=fir' },
  tokenRead: { params: { id: 1 } },
  tokenCreate: { body: { name: 'second', unlimited_quota: true }, ...audited },
  tokenUpdate: { body: { id: 1, name: 'renamed' }, ...audited },
  tokenRemove: { params: { id: 1 }, ...audited },

  redemptionList: { query: 'status=1&sort=quota' },
  redemptionSearch: { query: 'keyword=gi' },
  redemptionRead: { params: { id: 1 } },
  redemptionCreate: { body: { name: 'new', quota: 5, count: 2 }, ...audited },
  redemptionUpdate: { body: { id: 1, quota: 7 }, ...audited },
  redemptionBatch: { body: { ids: [1, 2], action: 'disable' }, ...audited },
  redemptionRemoveSpent: audited,
  redemptionRemove: { params: { id: 1 }, ...audited },

  channelList: { query: 'tag=eu&sort=priority' },
  channelSearch: { query: 'keyword=on' },
  channelModels: {},
  channelRead: { params: channel },
  channelCreate: { body: { type: 1, key: 'sk-a\nsk-b', name: 'new' }, ...audited },
  channelUpdate: { body: { id: 1, priority: 0, name: 'other' }, ...audited },
  channelRemoveDisabled: audited,
  channelRemove: { params: channel, ...audited },
  channelCopy: { params: channel, ...audited },
  channelEnabledModels: {},
  channelFetchModels: { params: channel },
  channelFetchModelsUnsaved: { body: { type: 1, key: 'sk-new' } },
  channelRebuildAbilities: audited,
  channelTest: { query: 'scope=1,2' },
  channelTestProgress: {},
  channelTestOne: { params: channel, query: 'model=gpt-4o' },
  channelUpdateBalances: {},
  channelBalanceProgress: {},
  channelUpdateBalance: { params: channel },

  channelBatchRemove: { body: { ids: [1, 2] }, ...audited },
  channelBatchSetStatus: { body: { ids: [1], status: 2 }, ...audited },
  channelBatchSetTag: { body: { ids: [1], tag: 'us' }, ...audited },
  channelBatchSetPriority: { body: { ids: [1, 2], priority: 3 }, ...audited },
  channelBatchEnableTag: { body: { tag: 'eu' }, ...audited },
  channelBatchDisableTag: { body: { tag: 'eu' }, ...audited },
  channelBatchUpdateTag: { body: { tag: 'eu', models: 'gpt-4o' }, ...audited },

  logList: { query: 'type=1&page_size=5' },
  logSearch: { query: 'keyword=1' },
  logStat: { query: 'username=alice' },
  logRemove: { query: 'target_timestamp=1600000000', ...audited },
  refundCreate: { params: { requestId: 'request-of-alice' }, ...audited },
  logListOwn: {},
  logSearchOwn: { query: 'keyword=1' },
  logStatOwn: {},
  logExport: { query: 'type=1', ...audited },
  logExportOwn: {},
  logListByToken: { query: 'key=sk-keyOfAlice' },

  usageDataAll: { query: 'granularity=day' },
  usageDataOwn: {},

  optionList: {},
  optionUpdate: { body: { key: 'Notice', value: 'hello' }, ...audited },
  optionResetModelRatio: audited,
  groupList: {},
  modelByChannelType: {},

  pricingList: {},
  pricingGroups: {},
  pricingOwnGroups: {},

  billingSubscription: {},
  billingUsage: {},
  billingSubscriptionV1: {},
  billingUsageV1: {},

  notificationListGivenUp: { query: 'page_size=5' },
  notificationRetryGivenUp: { params: { id: 1 }, ...audited },
  notificationDropGivenUp: { params: { id: 1 }, ...audited },

  auditList: { query: 'action=channel.' },
};
