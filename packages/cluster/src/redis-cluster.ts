import type {
  AccountDirectory,
  AccountSource,
  BusEvents,
  Chores,
  Clock,
  ConfigBus,
  Ledger,
  LedgerBook,
  Logger,
  NodeRegistry,
  NotificationQueue,
  RateLimiter,
  ResponseStore,
  SecretKeys,
  Schedules,
  TrafficLimits,
  StateStore,
  TokenDirectory,
  UsageQueue,
  UsageSink,
} from '@turnpike/core';
import type { Registry } from 'prom-client';
import { RedisAccountDirectory } from './account-directory/redis-account-directory.ts';
import { createDatabaseClaim, type DatabaseClaim } from './claim/database-claim.ts';
import { guardBook, guardBus, guardDirectory, guardQueue } from './claim/guard-writers.ts';
import { createTakeOver, type TakeOver } from './claim/take-over.ts';
import { openBullmqChores } from './chores/bullmq-chores.ts';
import { createClusterMetrics } from './cluster-metrics.ts';
import { openRedisConfigBus } from './config-bus/redis-config-bus.ts';
import { RedisLedgerBook } from './ledger/redis-ledger-book.ts';
import { RedisLedger } from './ledger/redis-ledger.ts';
import { startNodeAgent, type NodeAgent } from './node/node-agent.ts';
import { createNodeRegistry } from './node/redis-node-registry.ts';
import { openBullmqNotificationQueue } from './notifications/bullmq-notification-queue.ts';
import { createRedisRateLimiter } from './rate-limiter/redis-rate-limiter.ts';
import { openConnections } from './redis/connections.ts';
import { createKeys } from './redis/keys.ts';
import type { RedisSettings } from './redis/redis-settings.ts';
import { createBullmqSchedules } from './schedules/bullmq-schedules.ts';
import { openRedisTrafficLimits } from './traffic-limits/redis-traffic-limits.ts';
import type { ResponseStoreLimits } from './response-store/in-process-response-store.ts';
import { openRedisResponseStore } from './response-store/open-redis-response-store.ts';
import { RedisStateStore } from './state-store/redis-state-store.ts';
import { RedisTokenDirectory } from './token-directory/redis-token-directory.ts';
import { openUsageQueue } from './usage-queue/bullmq-usage-queue.ts';
import { BullmqUsageSink } from './usage-sink/bullmq-usage-sink.ts';
import { openJournal } from './usage-sink/journal/open-journal.ts';

const NO_ROOM =
  'no room for the bills of more requests: the journal has JOURNAL_MAX_MB that the database has not taken over, or its disk refuses what Redis did not take';

/** Everything nodes share, in Redis. What waits for Redis, and what fails fast, is told where each is used. */
export interface RedisCluster {
  ledger: Ledger;
  usageSink: UsageSink;
  tokenDirectory: TokenDirectory;
  configBus: ConfigBus;
  rateLimiter: RateLimiter;
  trafficLimits: TrafficLimits;
  chores: Chores;
  notifications: NotificationQueue;
  schedules: Schedules;
  stateStore: StateStore;
  responseStore: ResponseStore;
  accountDirectory: AccountDirectory;
  ledgerBook: LedgerBook;
  usageQueue: UsageQueue;
  nodes: NodeRegistry;
  /** Whose Redis this is: a node with a database says so before it does anything else. */
  claim: DatabaseClaim;
  takeOver: TakeOver;
  /** Tells every node of accounts that are in the directory already; both lists empty: any of them changed. */
  tellAccountsChanged(change: BusEvents['accounts-changed']): Promise<void>;
  /** Calls the handler when Redis may have lost something of what it was given. */
  onNewLife(handler: () => void): void;
  /** Begins the heartbeat, with which the node's open entries are kept and put back. Resolves after the first beat. */
  start(): Promise<void>;
  /** Why this node should get no traffic now. */
  findObstacles(): readonly string[];
  /** Closes every connection; the usage sink must be closed before. */
  close(): Promise<void>;
}

/** Times in milliseconds, sizes in bytes. */
export interface RedisClusterSettings {
  redis: RedisSettings;
  /** Unique for each life of a process. */
  nodeId: string;
  role: 'master' | 'slave';
  version: string;
  /** With an address in a Redis of its own, else in the cluster's. */
  responseStore: ResponseStoreLimits & { address?: string };
  /** Seal what is remembered of conversations; the same on all nodes. */
  stateSecrets: SecretKeys;
  /** Undefined: batches are kept in memory only. */
  journalDir: string | undefined;
  journalMaxBytes: number;
  holdLifeMs: number;
  heartbeatMs: number;
  nodeTimeoutMs: number;
  resendAfterMs: number;
  queueStallMs: number;
}

export interface RedisClusterDeps {
  /** Undefined on a node without a database, and while it is not open yet. */
  accountSource(): AccountSource | undefined;
  /** Of the configuration that this node serves with. */
  snapshotVersion(): number;
  clock: Clock;
  logger: Logger;
  registry: Registry;
}

/**
 * Connects to Redis and opens everything that is in it.
 *
 * @throws an error that names the variable and what to change where Redis cannot be reached or is not fit
 */
export async function openRedisCluster(
  settings: RedisClusterSettings,
  deps: RedisClusterDeps,
): Promise<RedisCluster> {
  const { clock, logger, registry } = deps;
  const { nodeId, queueStallMs: stallIntervalMs } = settings;
  const connections = await openConnections(settings.redis, logger);
  const keys = createKeys(settings.redis.keyPrefix);
  const redis = connections.producer;
  const { keyPrefix } = settings.redis;
  const claim = createDatabaseClaim({ redis, keys, keyPrefix, logger });
  const isOurs = (): boolean => claim.obstacle === undefined;
  const metrics = createClusterMetrics(registry, settings);

  const chores = openBullmqChores({
    producer: redis,
    consumer: connections.consumer,
    keys,
    clock,
    logger,
    stallIntervalMs,
  });
  const notifications = openBullmqNotificationQueue({
    producer: redis,
    consumer: connections.consumer,
    keys,
    logger,
    stallIntervalMs,
  });
  const journal = openJournal({
    settings: {
      ...(settings.journalDir !== undefined && { directory: settings.journalDir }),
      maxBytes: settings.journalMaxBytes,
      leaseMs: settings.nodeTimeoutMs,
    },
    nodeId,
    clock,
    logger,
  });
  const ledger: RedisLedger = new RedisLedger({
    redis,
    keys,
    nodeId,
    holdLifeMs: settings.holdLifeMs,
    clock,
    logger,
    hasRoom: () => isOurs() && usageSink.hasRoom(),
    unacknowledged: () => usageSink.unacknowledged(),
    unacknowledgedSum: () => usageSink.unacknowledgedSum,
    onMissing(accounts) {
      chores.ask({ kind: 'hydrate', ...accounts });
    },
    metrics: metrics.ledger,
  });
  const usageSink = new BullmqUsageSink({
    redis,
    keys,
    nodeId,
    ledger,
    journal,
    isOurs,
    settings: {
      deadlineMs: settings.redis.commandTimeoutMs,
      resendAfterMs: settings.resendAfterMs,
      journalMaxBytes: settings.journalMaxBytes,
    },
    clock,
    logger,
  });
  let agent: NodeAgent | undefined;
  metrics.watch(usageSink, () => agent?.clockOffsetMs ?? 0);

  const ledgerBook = new RedisLedgerBook({
    redis,
    keys,
    nodeTimeoutMs: settings.nodeTimeoutMs,
    quietMs: 2 * settings.heartbeatMs,
  });
  const accountDirectory = new RedisAccountDirectory({ redis, keys, ledgerBook });
  const configBus = await openRedisConfigBus({
    redis,
    subscriber: connections.subscriber,
    keys,
    accounts: {
      source: { read: (accounts) => requireSource(deps).read(accounts) },
      directory: accountDirectory,
    },
    logger,
  });
  const tokenDirectory = new RedisTokenDirectory({ redis, keys, chores, configBus, clock });
  const usageQueue = openUsageQueue({
    producer: redis,
    consumer: connections.consumer,
    keys,
    settings: { stallIntervalMs },
    clock,
    logger,
  });
  const trafficLimits = openRedisTrafficLimits({ redis, keys, nodeId, clock, logger });
  const stateStore = new RedisStateStore({
    redis,
    keys,
    secrets: settings.stateSecrets,
    clock,
  });
  const nodes = createNodeRegistry({ redis, keys });
  const responseStore = openRedisResponseStore(settings, { redis, keys, clock, logger });
  let handleNewLife = (): void => undefined;

  return {
    ledger,
    usageSink: metrics.timed(usageSink),
    tokenDirectory,
    configBus: guardBus(configBus, claim),
    rateLimiter: createRedisRateLimiter({ redis, keys }),
    trafficLimits,
    chores,
    notifications,
    schedules: createBullmqSchedules({
      redis: connections.consumer,
      keys,
      stallIntervalMs,
      logger,
    }),
    stateStore,
    responseStore,
    accountDirectory: guardDirectory(accountDirectory, claim),
    ledgerBook: guardBook(ledgerBook, claim),
    usageQueue: guardQueue(usageQueue, claim),
    nodes,
    claim,
    takeOver: createTakeOver({
      ...{ redis, keys, keyPrefix, usageQueue, ledgerBook, nodes },
      nodeTimeoutMs: settings.nodeTimeoutMs,
    }),
    tellAccountsChanged: (change) => configBus.tellAccountsChanged(change),
    onNewLife(handler) {
      handleNewLife = handler;
    },
    async start() {
      agent ??= startNodeAgent({
        redis,
        keys,
        nodeId,
        claim,
        ledger,
        usageSink,
        onNewLife: () => {
          handleNewLife();
        },
        status: () => ({
          role: settings.role,
          version: settings.version,
          databaseId: claim.databaseId,
          snapshotVersion: deps.snapshotVersion(),
          journalBytes: usageSink.journalBytes,
          oldestUnacknowledgedAt: usageSink.oldestUnacknowledgedAt,
        }),
        settings,
        clock,
        logger,
      });
      await agent.beat();
    },
    findObstacles() {
      if (redis.status !== 'ready') return ['Redis cannot be reached'];
      if (claim.obstacle !== undefined) return [claim.obstacle];
      if (agent?.isCurrent() !== true) return ['waiting for Redis'];
      return usageSink.hasRoom() ? [] : [NO_ROOM];
    },
    async close() {
      await agent?.stop();
      await trafficLimits.close();
      tokenDirectory.close();
      await stateStore.close();
      await responseStore.close();
      await configBus.close();
      await chores.close();
      await notifications.close();
      await usageQueue.close();
      connections.close();
    },
  };
}

function requireSource(deps: RedisClusterDeps): AccountSource {
  const source = deps.accountSource();
  if (source === undefined) throw new Error('a node without a database changes no accounts');
  return source;
}
