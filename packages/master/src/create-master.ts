import type { ChannelHealthSink, ScheduledJob } from '@turnpike/core';
import { createApi, type Api } from './api/index.ts';
import { createBalanceReader } from './balances/read-balance.ts';
import { createChannelBalanceService } from './balances/channel-balance-service.ts';
import type { MasterDeps } from './master-deps.ts';
import { createDelivery, type Deliver } from './notifications/deliver.ts';
import { createGivenUpService, type GiveUp } from './notifications/given-up-service.ts';
import { createNotifier } from './notifications/notifier.ts';
import { createConfigPublisher } from './publisher/publish-config.ts';
import { listJobs } from './schedules/index.ts';
import { createLogPruner } from './schedules/prune-request-logs.ts';
import { createAccountAnnouncer } from './services/account-changes.ts';
import { createAccountService } from './services/account-service.ts';
import { createApiTokenService } from './services/api-token-service.ts';
import { createAuditService } from './services/audit-service.ts';
import { createBillingService } from './services/billing-service.ts';
import { createChannelBatchService } from './services/channel-batch-service.ts';
import { createChannelHealthService } from './services/channel-health-service.ts';
import { createChannelService } from './services/channel-service.ts';
import { createChannelStatusSwitch } from './services/channel-status.ts';
import { createChannelTestService } from './services/channel-test-service.ts';
import { createAccountMaker } from './services/create-account.ts';
import { createCurrentOptions } from './services/current-options.ts';
import { createModelService } from './services/model-service.ts';
import { createOptionService } from './services/option-service.ts';
import { createPasswordHasher } from './services/password-hasher.ts';
import { createPricingService } from './services/pricing-service.ts';
import { createQuotaService } from './services/quota-service.ts';
import { createAuditRecorder } from './services/record-audit.ts';
import { createLogExportService } from './services/log-export-service.ts';
import { createRedemptionService } from './services/redemption-service.ts';
import { createRefundRequest } from './services/refund-service.ts';
import { createRequestLogService } from './services/request-log-service.ts';
import { createChannelTester } from './services/test-channel.ts';
import { createSetupService } from './services/setup-service.ts';
import { createUpstreamModelService } from './services/upstream-model-service.ts';
import { createUsageDataService } from './services/usage-data-service.ts';
import { createSignIn } from './sign-in/create-sign-in.ts';
import { createUserEditService } from './services/user-edit-service.ts';
import { createUserService } from './services/user-service.ts';

export interface Master {
  /** The management API, to be mounted at the root: it answers `/api` and passes everything else on. */
  router: Api;
  /** Periodic work, for `Schedules`. */
  jobs: readonly ScheduledJob[];
  /** Brings a notification to where it belongs, for the queue. */
  deliver: Deliver;
  /** Keeps what could not be delivered for an administrator, for the queue. */
  giveUp: GiveUp;
  /** Where relays report channels that their upstream refuses for good. */
  channelHealth: ChannelHealthSink;
  /** Makes what is committed effective for the relays. @throws `saved_not_published` */
  publishConfig(): Promise<void>;
  /** Publishes the first configuration. */
  start(): Promise<void>;
  /** Ends running channel tests and balance updates; resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** The control plane: the management API, its schedules, and the publisher of configuration. */
export function createMaster(deps: MasterDeps): Master {
  const { settings } = deps;
  const passwords = createPasswordHasher();
  const currentOptions = createCurrentOptions(deps);
  const publisher = createConfigPublisher(deps);
  const announceAccounts = createAccountAnnouncer(deps);
  const recordAudit = createAuditRecorder(deps);
  const notifier = createNotifier({ ...deps, currentOptions });
  const shared = {
    ...{ ...deps, passwords, currentOptions, publisher, announceAccounts, recordAudit },
    notifier,
  };

  const quotas = createQuotaService(shared);
  const createAccount = createAccountMaker(shared);
  const signIn = createSignIn({ ...shared, createAccount });
  const channelStatus = createChannelStatusSwitch(shared);
  const testChannel = createChannelTester({ ...deps, probeTimeoutMs: settings.probeTimeoutMs });
  const channelTests = createChannelTestService({
    ...shared,
    testChannel,
    channelStatus,
    pollingIntervalMs: settings.pollingIntervalMs,
  });
  const channelBalances = createChannelBalanceService({
    ...shared,
    readBalance: createBalanceReader(deps),
    channelStatus,
    pollingIntervalMs: settings.pollingIntervalMs,
  });
  const logPruner = createLogPruner(shared);
  const givenUp = createGivenUpService(shared);
  const channelHealth = createChannelHealthService({ ...shared, channelStatus });

  return {
    router: createApi({
      ...shared,
      ...signIn,
      userRepository: deps.users,
      sessionRepository: deps.sessions,
      optionRepository: deps.options,
      accounts: createAccountService(shared),
      users: createUserService({ ...shared, createAccount }),
      userEdits: createUserEditService({ ...shared, quotas }),
      quotas,
      apiTokens: createApiTokenService({ ...shared, quotas }),
      redemptions: createRedemptionService(shared),
      refundRequest: createRefundRequest(shared),
      channels: createChannelService(shared),
      channelBatches: createChannelBatchService(shared),
      channelTests,
      channelBalances,
      models: createModelService(deps),
      upstreamModels: createUpstreamModelService(deps),
      pricing: createPricingService(deps),
      setup: createSetupService(shared),
      billing: createBillingService(shared),
      audit: createAuditService(deps),
      givenUp,
      requestLogs: createRequestLogService({ ...shared, logExports: createLogExportService(deps) }),
      usageData: createUsageDataService(deps),
      options: createOptionService(shared),
    }),
    jobs: listJobs({ ...shared, channelTests, channelBalances, logPruner }),
    deliver: createDelivery({ ...shared, codes: signIn.codes }),
    giveUp: givenUp.giveUp,
    channelHealth,
    publishConfig: () => publisher.publish(),
    start: () => publisher.publish(),
    async stop() {
      logPruner.stop();
      await channelTests.stop();
      await channelBalances.stop();
      await channelHealth.idle();
      await publisher.idle();
      currentOptions.close();
    },
  };
}
