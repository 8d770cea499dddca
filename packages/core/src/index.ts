export { roles, userStatuses } from './identity/user.ts';
export type { User } from './identity/user.ts';
export { apiTokenStatuses } from './identity/api-token.ts';
export type { ApiToken, TokenRecord } from './identity/api-token.ts';
export { channelStatuses } from './channel/channel.ts';
export { toModelEntry } from './channel/model-entry.ts';
export type { Channel, ChannelConfig } from './channel/channel.ts';
export type { ChannelSnapshot, ConfigSnapshot } from './config/config-snapshot.ts';
export {
  conversationOperations,
  familyOf,
  openAiOperations,
  operations,
} from './usage/operation.ts';
export type { Operation } from './usage/operation.ts';
export { completionTokensOf, emptyUsage, promptTokensOf } from './usage/usage.ts';
export type { Usage } from './usage/usage.ts';
export type { AppliedPrice, EndState, UsageEvent } from './usage/usage-event.ts';
export { lossPolicies, readLossPolicy } from './identity/loss-policy.ts';
export type { LossPolicy } from './identity/loss-policy.ts';
export type { Exact, LongPromptRates, ModelPrice, PriceSource } from './pricing/model-price.ts';
export { errors } from './errors/catalogue.ts';
export { managementErrors } from './errors/management-catalogue.ts';
export type { MakeError } from './errors/catalogue.ts';
export { GatewayError, isGatewayError } from './errors/gateway-error.ts';
export type { ErrorDetails } from './errors/gateway-error.ts';
export { passOnUpstreamAnswer } from './errors/upstream-answer.ts';
export type { UpstreamAnswer } from './errors/upstream-answer.ts';
export { clearSecretBox, createSecretBox } from './secrets/secret-box.ts';
export type { SecretBox } from './secrets/secret-box.ts';
export { hashKey } from './secrets/hash-key.ts';
export type {
  Account,
  AppliedUsage,
  Balance,
  BookedQuotaEntry,
  LedgerMismatch,
  LedgerPage,
  LedgerRepository,
  LedgerVerification,
  QuotaEntry,
  RefundResult,
  RequestKind,
} from './ports/ledger-repository.ts';
export type {
  Ledger,
  Reservation,
  ReserveRefusal,
  ReserveResult,
  LimitKind,
  RateLimitFigure,
  RateLimitFigures,
} from './ports/ledger.ts';
export type { UsageSink } from './ports/usage-sink.ts';
export type { TokenDirectory, TokenSource } from './ports/token-directory.ts';
export type { BusEvents, ConfigBus } from './ports/config-bus.ts';
export type {
  BalanceAccount,
  BalanceAnswer,
  BalanceQuery,
  BalanceRequest,
  FindBalanceQuery,
} from './ports/balance-query.ts';
export type { GivenUpNotification, GivenUpNotifications } from './ports/given-up-notifications.ts';
export { parseNotificationBody, toNotificationBody } from './notifications/notification-body.ts';
export type {
  FindModelListQuery,
  ModelListAccount,
  ModelListAnswer,
  ModelListQuery,
} from './ports/model-list-query.ts';
export type { ChannelProbe, ProbeResult } from './ports/channel-probe.ts';
export type { ChannelHealthReport, ChannelHealthSink } from './ports/channel-health.ts';
export type { FailedRequest, FailedRequestLog } from './ports/request-log.ts';
export { logTypes } from './ports/request-log-repository.ts';
export type {
  LogFilter,
  LogSort,
  RequestLogRepository,
  RequestLogRow,
} from './ports/request-log-repository.ts';
export type {
  DayStatRow,
  HourlyUsageRow,
  UsageFilter,
  UsageStatistics,
} from './ports/usage-statistics.ts';
export { silentLogger } from './ports/logger.ts';
export type { Logger } from './ports/logger.ts';
export { systemClock } from './ports/clock.ts';
export type { Clock } from './ports/clock.ts';
export type { ScheduledJob, Schedules } from './ports/schedules.ts';
export type {
  NewUser,
  UserChange,
  UserFilter,
  UserRepository,
  UserSort,
} from './ports/user-repository.ts';
export type {
  ApiTokenChange,
  ApiTokenFilter,
  ApiTokenRepository,
  ApiTokenSort,
  NewApiToken,
} from './ports/api-token-repository.ts';
export type {
  ChannelChange,
  ChannelFilter,
  ChannelListQuery,
  ChannelRepository,
  ChannelSort,
  NewChannel,
} from './ports/channel-repository.ts';
export type { Page, PageQuery } from './ports/page.ts';
export type { OptionRepository } from './ports/option-repository.ts';
export type { ConfigRepository } from './ports/config-repository.ts';
export type { AuditEntry, AuditFilter, AuditLog } from './ports/audit-log.ts';
export type { ParkedEvent, ParkedJob, ParkedUsage } from './ports/parked-usage.ts';
export type { LimitResult, RateLimiter } from './ports/rate-limiter.ts';
export { exactOne, exactToNumber, parseExact, toExact } from './pricing/exact.ts';
export { quotaPerUsd } from './pricing/quota.ts';
export { priceUsage } from './pricing/price-usage.ts';
export type { RequestFacts } from './pricing/price-usage.ts';
export { affordableTokens, estimateQuota } from './pricing/estimate-quota.ts';
export { findLongPrompt } from './pricing/token-rates.ts';
export type { EstimateMode, UsageEstimate } from './pricing/estimate-quota.ts';
export { freePrice } from './pricing/free-price.ts';
export { listVendorModels } from './pricing/price-book.ts';
export { createPriceList } from './pricing/price-list.ts';
export type { GroupRatio, PriceList, PriceListDeps } from './pricing/price-list.ts';
export { isPriceOptionKey, priceOptionKeys } from './pricing/price-options.ts';
export type { PriceOptionKey } from './pricing/price-options.ts';
export { parsePriceOption, readPriceOption } from './pricing/edit-price-option.ts';
export {
  findOption,
  isOptionKey,
  isSecretOption,
  optionKeys,
  optionRegistry,
} from './options/option-registry.ts';
export type { OptionKey, OptionValues } from './options/option-registry.ts';
export type { OptionDefinition, OptionSection, OptionType } from './options/option-definition.ts';
export { optionDefaults, readOptions } from './options/read-options.ts';
export { checkOptionChange, parseOption } from './options/change-option.ts';
export type { OptionCheck } from './options/change-option.ts';
export { parseJsonObject } from './options/parse-json-object.ts';
export { chooseChannels } from './routing/choose-channels.ts';
export type { ChannelDraw } from './routing/choose-channels.ts';
export { createRouteIndex, weightOf } from './routing/route-index.ts';
export type { RouteIndex, Tier } from './routing/route-index.ts';
export type { RequestLimits } from './identity/request-limits.ts';
export type { ApiTokenAccount, RemovedApiToken, UserAccount } from './identity/account.ts';
export { MAX_BATCH_EVENTS, USAGE_BATCH_VERSION } from './usage/usage-batch.ts';
export type { UsageBatch } from './usage/usage-batch.ts';
export type { AccountBatch, AccountSource } from './ports/account-source.ts';
export type { AccountDirectory } from './ports/account-directory.ts';
export type { EntryState, LedgerBook, OpenEntry } from './ports/ledger-book.ts';
export type { UsageConsumer, UsageQueue, UsageQueueCounts } from './ports/usage-queue.ts';
export type { Chore, Chores } from './ports/chores.ts';
export type { NodeRegistry, NodeStatus } from './ports/node-registry.ts';
export { families } from './canonical/family.ts';
export type { Extras, Family, Json, JsonRecord, Origin } from './canonical/family.ts';
export type { Loss } from './canonical/loss.ts';
export type {
  Annotation,
  FoundPage,
  HostedOutcome,
  HostedReference,
  HostedStep,
  MediaPart,
  OpaqueState,
  Part,
  ProviderItemPart,
  ReasoningPart,
  RefusalPart,
  TextPart,
  ToolCallPart,
  ToolKind,
  ToolResultPart,
} from './canonical/part.ts';
export type {
  CanonicalRequest,
  InstructionPart,
  OutputFormat,
  OutputSettings,
  ReasoningSettings,
  Tool,
  ToolChoice,
  Turn,
} from './canonical/request.ts';
export type { CanonicalResponse, Candidate, Finish, FinishReason } from './canonical/response.ts';
export type { PartHeader, StreamEvent } from './canonical/stream-event.ts';
export type { UpstreamError } from './canonical/upstream-error.ts';
export { findLimitProblem, readLimits } from './identity/read-limits.ts';
export type {
  LimitedParty,
  LimitPermit,
  TrafficLimitRefusal,
  TrafficLimits,
} from './ports/traffic-limits.ts';
export { describeAnswerShape, listInputs } from './openapi/describe-shape.ts';
export type { RouteInput } from './openapi/describe-shape.ts';
export { redemptionStatuses } from './identity/redemption.ts';
export type { Redemption } from './identity/redemption.ts';
export type {
  NewRedemption,
  RedeemResult,
  RedemptionChange,
  RedemptionFilter,
  RedemptionRepository,
  RedemptionSort,
} from './ports/redemption-repository.ts';
export {
  addSpend,
  hasBudget,
  monthStartOf,
  spentIn,
  untilNextPeriod,
  utcDayOf,
} from './usage/budget-period.ts';
export type { PeriodSpend } from './usage/budget-period.ts';
export { identityProviders } from './identity/external-identity.ts';
export type { ExternalIdentity, IdentityProvider } from './identity/external-identity.ts';
export { toNetwork } from './identity/to-network.ts';
export { readLanguage } from './identity/language.ts';
export type { Language } from './identity/language.ts';
export type { IdentityRepository } from './ports/identity-repository.ts';
export type { SessionRecord, SessionRepository } from './ports/session-repository.ts';
export type {
  CodePurpose,
  OneTimeCode,
  OneTimeCodeRepository,
} from './ports/one-time-code-repository.ts';
export type {
  GatewayEvent,
  Notification,
  NotificationQueue,
  NotificationTable,
  QueuedNotification,
  StoredNotification,
} from './ports/notification-queue.ts';
export type { QuotaReminders, UserBelowThreshold } from './ports/quota-reminders.ts';
export { describeApi } from './openapi/describe-api.ts';
export {
  capsuleMark,
  createCapsuleBox,
  encodedCapsuleMark,
  isCapsule,
} from './secrets/capsule-box.ts';
export type { CapsuleBox } from './secrets/capsule-box.ts';
export { createByteBox, SEAL_BYTES, type ByteBox } from './secrets/byte-box.ts';
export type { SecretKeys } from './secrets/secret-keys.ts';
export type { StateStore } from './ports/state-store.ts';
export type { ResponseStore, StoredResponse } from './ports/response-store.ts';
export { requestLimitNames } from './identity/request-limits.ts';
export { createDistribution, type Distribution } from './metrics/distribution.ts';
export {
  endUserPolicies,
  findPolicyProblem,
  isOutputLimit,
  parameterOperations,
  usualParameterOperations,
} from './channel/request-policy.ts';
export type { EndUserPolicy } from './channel/request-policy.ts';
export { parameterKind } from './channel/parameter-names.ts';
export type { ParameterKind } from './channel/parameter-names.ts';
export { createPseudonymise } from './secrets/pseudonym.ts';
export type { Pseudonymise } from './secrets/pseudonym.ts';
export { splitJson, splitMember } from './options/split-json.ts';
