export { failureSchema, problemSchema, successSchema } from './envelope.ts';
export type { Failure, Problem, Success } from './envelope.ts';
export {
  DEFAULT_PAGE_SIZE,
  idParamsSchema,
  MAX_PAGE_SIZE,
  pageQuerySchema,
  plainSearchQuerySchema,
  searchQuerySchema,
} from './input-values.ts';
export type { PlainSearchQueryInput, SearchQueryInput } from './input-values.ts';
export {
  accountUpdateSchema,
  loginSchema,
  MAX_USERNAME_LENGTH,
  passwordSchema,
  topUpSchema,
  userCreateSchema,
  userListQuerySchema,
  userManageSchema,
  usernameSchema,
  userSchema,
  userUpdateSchema,
} from './user.ts';
export type {
  AccountUpdateInput,
  TopUpInput,
  UserCreateInput,
  UserJson,
  UserListQueryInput,
  UserManageInput,
  UserUpdateInput,
} from './user.ts';
export {
  apiTokenCreateSchema,
  apiTokenListQuerySchema,
  apiTokenSchema,
  apiTokenStatusSchema,
  apiTokenUpdateQuerySchema,
  apiTokenUpdateSchema,
} from './api-token.ts';
export type {
  ApiTokenCreateInput,
  ApiTokenJson,
  ApiTokenListQueryInput,
  ApiTokenUpdateInput,
} from './api-token.ts';
export {
  channelBatchPrioritySchema,
  channelBatchStatusSchema,
  channelBatchTagSchema,
  channelIdsSchema,
  channelTagSchema,
  channelTagUpdateSchema,
} from './channel-batch.ts';
export type { ChannelTagUpdateInput } from './channel-batch.ts';
export { auditEntrySchema, auditListQuerySchema } from './audit.ts';
export type { AuditEntryJson, AuditListQueryInput } from './audit.ts';
export { billingSubscriptionSchema, billingUsageSchema } from './billing.ts';
export type { BillingSubscriptionJson, BillingUsageJson } from './billing.ts';
export {
  redeemSchema,
  redemptionBatchSchema,
  redemptionCreateSchema,
  redemptionListQuerySchema,
  redemptionSchema,
  redemptionStatusSchema,
  redemptionUpdateSchema,
} from './redemption.ts';
export type {
  RedemptionBatchInput,
  RedemptionCreateInput,
  RedemptionJson,
  RedemptionListQueryInput,
  RedemptionUpdateInput,
} from './redemption.ts';
export { quotaEntryListQuerySchema, quotaEntrySchema, refundSchema } from './quota-entry.ts';
export type { QuotaEntryJson, QuotaEntryListQueryInput, RefundJson } from './quota-entry.ts';
export type { RequestLimitsJson, SpentJson } from './request-limits.ts';
export { refundRoutes } from './routes/refund-routes.ts';
export { redemptionRoutes } from './routes/redemption-routes.ts';
export { channelBalanceProgressSchema, channelBalanceResultSchema } from './channel-balance.ts';
export type { ChannelBalanceProgress, ChannelBalanceResult } from './channel-balance.ts';
export {
  channelCreateSchema,
  channelListQuerySchema,
  channelModelsFetchSchema,
  channelSchema,
  channelTestProgressSchema,
  channelTestQuerySchema,
  channelTestResultSchema,
  channelTestRunQuerySchema,
  channelUpdateSchema,
} from './channel.ts';
export type {
  ChannelCreateInput,
  ChannelJson,
  ChannelListQueryInput,
  ChannelModelsFetchInput,
  ChannelTestProgress,
  ChannelTestResult,
  ChannelUpdateInput,
} from './channel.ts';
export {
  dayStatSchema,
  quotaSumSchema,
  requestLogFilterSchema,
  requestLogByTokenQuerySchema,
  requestLogListQuerySchema,
  requestLogRemoveQuerySchema,
  requestLogSchema,
} from './request-log.ts';
export type {
  DayStatJson,
  QuotaSumJson,
  RequestLogByTokenQueryInput,
  RequestLogFilterInput,
  RequestLogJson,
  RequestLogListQueryInput,
} from './request-log.ts';
export { allUsageDataQuerySchema, usageDataQuerySchema, usageDataSchema } from './usage-data.ts';
export type { AllUsageDataQueryInput, UsageDataJson, UsageDataQueryInput } from './usage-data.ts';
export { optionSchema, optionUpdateSchema, secretOptionSchema } from './option.ts';
export type { OptionJson, OptionUpdateInput, SecretOptionJson } from './option.ts';
export { statusSchema } from './status.ts';
export type { StatusJson } from './status.ts';
export { modelEntrySchema, modelPermissionSchema } from './model.ts';
export type { ModelEntryJson } from './model.ts';
export { defineRoutes } from './route.ts';
export type { Route, RouteDeclaration, RouteMethod, RouteRole } from './route.ts';
export { managementRoutes } from './management-routes.ts';
export { publicRoutes } from './routes/public-routes.ts';
export { sessionRoutes } from './routes/session-routes.ts';
export { accountRoutes } from './routes/account-routes.ts';
export { userRoutes } from './routes/user-routes.ts';
export { apiTokenRoutes } from './routes/api-token-routes.ts';
export { channelBatchRoutes } from './routes/channel-batch-routes.ts';
export { channelRoutes } from './routes/channel-routes.ts';
export { requestLogRoutes } from './routes/request-log-routes.ts';
export { usageDataRoutes } from './routes/usage-data-routes.ts';
export { groupRoutes, optionRoutes } from './routes/option-routes.ts';
export { auditRoutes } from './routes/audit-routes.ts';
export { billingRoutes } from './routes/billing-routes.ts';
export { modelRoutes } from './routes/model-routes.ts';
export {
  emailBindQuerySchema,
  emailQuerySchema,
  oauthCallbackQuerySchema,
  oauthProviders,
  oauthStateAnswerSchema,
  passwordResetSchema,
  registerSchema,
} from './sign-in.ts';
export type { OAuthProvider, PasswordResetInput, RegisterInput } from './sign-in.ts';
export { signInRoutes } from './routes/sign-in-routes.ts';
export { groupOfferSchema, modelPricingSchema } from './pricing.ts';
export type { GroupOfferJson, ModelPricingJson } from './pricing.ts';
export { pricingRoutes } from './routes/pricing-routes.ts';
export { setupSchema, setupStateSchema } from './setup.ts';
export type { SetupInput, SetupStateJson } from './setup.ts';
export { setupRoutes } from './routes/setup-routes.ts';
export { givenUpListQuerySchema, givenUpNotificationSchema } from './notification.ts';
export type { GivenUpListQueryInput, GivenUpNotificationJson } from './notification.ts';
export { notificationRoutes } from './routes/notification-routes.ts';
