import type {
  Chores,
  Clock,
  ConfigBus,
  Ledger,
  LedgerRepository,
  Logger,
  NotificationQueue,
  NotificationTable,
  RateLimiter,
  ResponseStore,
  Schedules,
  TrafficLimits,
  StateStore,
  TokenDirectory,
  TokenSource,
  UsageSink,
} from '@turnpike/core';
import { createInProcessChores } from './chores/in-process-chores.ts';
import { createInProcessConfigBus } from './config-bus/in-process-config-bus.ts';
import { DatabaseWatch } from './database-watch.ts';
import { InProcessLedger } from './ledger/in-process-ledger.ts';
import { createTableNotificationQueue } from './notifications/table-notification-queue.ts';
import { createInProcessRateLimiter } from './rate-limiter/in-process-rate-limiter.ts';
import {
  createInProcessResponseStore,
  type ResponseStoreLimits,
} from './response-store/in-process-response-store.ts';
import { createInProcessSchedules } from './schedules/in-process-schedules.ts';
import { LimitCounters } from './traffic-limits/limit-counters.ts';
import { createInProcessStateStore } from './state-store/in-process-state-store.ts';
import { InProcessTokenDirectory } from './token-directory/in-process-token-directory.ts';
import { createEmbeddedUsageSink } from './usage-sink/embedded-usage-sink.ts';

export interface InProcessCluster {
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
  /** Why this process should get no traffic now: its database takes no charges. */
  findObstacles(): readonly string[];
  /** Leaves the database alone; the usage sink must be closed before. */
  close(): Promise<void>;
}

/** What requests need of the database. */
interface DatabaseUse {
  ledgerRepository: Pick<LedgerRepository, 'applyUsage' | 'readBalances'>;
  tokenSource: TokenSource;
}

export interface InProcessClusterDeps extends DatabaseUse {
  /** Writes something and takes it back. @throws where the database takes nothing now */
  checkWrites(): Promise<void>;
  /** Whether a failure of the database will pass. */
  isOutage(error: unknown): boolean;
  responseStore: ResponseStoreLimits;
  notificationTable: NotificationTable;
  clock: Clock;
  logger: Logger;
}

/** Everything nodes would share, in the one process of standalone mode. */
export function openInProcessCluster(deps: InProcessClusterDeps): InProcessCluster {
  const { logger } = deps;
  const watch = new DatabaseWatch(deps);
  const { ledgerRepository, tokenSource } = watched(watch, deps);
  const ledger = new InProcessLedger({
    ledgerRepository,
    clock: deps.clock,
    hasRoom: () => watch.isUsable,
  });
  const tokenDirectory = new InProcessTokenDirectory({ tokenSource });
  const bus = createInProcessConfigBus();
  const configBus: ConfigBus = {
    ...bus,
    // Effective before the management call is answered: nothing of the old state may be admitted after it.
    async announceAccounts(change) {
      tokenDirectory.forget(change);
      await ledger.invalidate(change);
      await bus.announceAccounts(change);
    },
  };
  return {
    ledger,
    usageSink: createEmbeddedUsageSink({
      ledgerRepository,
      ledger,
      inFlight: () => ledger.heldCount,
    }),
    tokenDirectory,
    configBus,
    rateLimiter: createInProcessRateLimiter(deps),
    trafficLimits: new LimitCounters(deps),
    chores: createInProcessChores(deps),
    notifications: createTableNotificationQueue({ ...deps, table: deps.notificationTable }),
    schedules: createInProcessSchedules({ logger }),
    stateStore: createInProcessStateStore(deps),
    responseStore: createInProcessResponseStore({ clock: deps.clock, ...deps.responseStore }),
    findObstacles: () => watch.findObstacles(),
    close: () => watch.close(),
  };
}

/** What requests need of the database, with its outages as refusals that clients understand. */
function watched(
  watch: DatabaseWatch,
  { ledgerRepository, tokenSource }: DatabaseUse,
): DatabaseUse {
  return {
    ledgerRepository: {
      applyUsage: (events) => watch.ask(() => ledgerRepository.applyUsage(events)),
      readBalances: (userIds, apiTokenIds) =>
        watch.ask(() => ledgerRepository.readBalances(userIds, apiTokenIds)),
    },
    tokenSource: {
      findTokenRecord: (keyHash, key) => watch.ask(() => tokenSource.findTokenRecord(keyHash, key)),
    },
  };
}
