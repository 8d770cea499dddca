import type { IncomingMessage } from 'node:http';
import type {
  ApiTokenRepository,
  AuditLog,
  ChannelProbe,
  ChannelRepository,
  Clock,
  ConfigBus,
  ConfigRepository,
  FindBalanceQuery,
  FindModelListQuery,
  GivenUpNotifications,
  IdentityRepository,
  LedgerRepository,
  Logger,
  NotificationQueue,
  OneTimeCodeRepository,
  OptionRepository,
  QuotaReminders,
  RateLimiter,
  RedemptionRepository,
  RequestLogRepository,
  SessionRepository,
  TokenRecord,
  UsageStatistics,
  UserRepository,
} from '@turnpike/core';
import type { SignInEndpoints } from './sign-in/sign-in-endpoints.ts';

export interface MasterSettings {
  /** Signs session cookies; the same on every node. */
  sessionSecret: string;
  /** `'auto'`: where the request came through TLS, as the trusted proxies tell. */
  secureCookies: boolean | 'auto';
  /** Addresses, subnets, or Express' names (`loopback`) whose forwarding headers count. */
  trustedProxies: readonly string[];
  /** Requests to `/api` for each address in 180 s; 0: no limit, not on login either. */
  globalApiRateLimit: number;
  version: string;
  /** Unix seconds. */
  startTime: number;
  /** Pause between two channels of a background test. */
  pollingIntervalMs: number;
  /** One test of a channel is given up after this time. */
  probeTimeoutMs: number;
  /** How often all channels are tested; undefined: only when asked for. */
  channelTestIntervalMs: number | undefined;
  /** How often the balances of channels are queried; undefined: only when asked for. */
  channelUpdateIntervalMs: number | undefined;
  /** How often it is looked for users with little quota left. */
  quotaReminderIntervalMs: number;
  /** How often it is checked that the newest configuration is the published one. */
  configSyncIntervalMs: number;
}

/** What the built-in providers offer, for the lists of models. */
export interface ModelCatalogue {
  /** Channel type → default models; null for the type that takes every model. */
  modelsByChannelType: Readonly<Record<string, readonly string[] | null>>;
  /** Every built-in model once, in the order of the list. */
  models: readonly { id: string; ownedBy: string }[];
}

export interface MasterDeps {
  users: UserRepository;
  identities: IdentityRepository;
  sessions: SessionRepository;
  oneTimeCodes: OneTimeCodeRepository;
  quotaReminders: QuotaReminders;
  /** Deliveries to people and machines outside. */
  notifications: Pick<NotificationQueue, 'add'>;
  givenUpNotifications: GivenUpNotifications;
  /** Where GitHub and the like are; undefined: where they are for everybody. */
  signInEndpoints?: SignInEndpoints;
  apiTokens: ApiTokenRepository;
  channels: ChannelRepository;
  redemptions: RedemptionRepository;
  options: OptionRepository;
  configRepository: ConfigRepository;
  requestLogs: RequestLogRepository;
  usageStatistics: UsageStatistics;
  ledgerRepository: LedgerRepository;
  configBus: ConfigBus;
  channelProbe: ChannelProbe;
  modelCatalogue: ModelCatalogue;
  /** Lets a client in by its key, under the rules of the relay. @throws errors of the relay's catalogue */
  identifyClient: (request: IncomingMessage) => Promise<TokenRecord>;
  /** How upstreams are asked for balances. */
  findBalanceQuery: FindBalanceQuery;
  /** How upstreams are asked which models they have. */
  findModelListQuery: FindModelListQuery;
  auditLog: AuditLog;
  /** Whether a failure of the database will pass by itself, or when an operator does something about it. */
  isOutage(error: unknown): boolean;
  rateLimiter: RateLimiter;
  clock: Clock;
  logger: Logger;
  /** Unique, time-ordered. */
  newRequestId: () => string;
  settings: MasterSettings;
}
