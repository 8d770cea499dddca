import { randomUUID } from 'node:crypto';
import type {
  Clock,
  Logger,
  NotificationQueue,
  NotificationTable,
  QueuedNotification,
  StoredNotification,
} from '@turnpike/core';
import { parseNotificationBody, toNotificationBody } from './notification-body.ts';
import { defaultRetryPlan, pauseAfter, type RetryPlan } from './retry-plan.ts';

export interface TableNotificationQueueDeps {
  table: NotificationTable;
  clock: Clock;
  logger: Logger;
  retryPlan?: RetryPlan;
  /** How often the table is looked at for what is due again. Default 5 000. Milliseconds. */
  pollMs?: number;
}

const AT_ONCE = 20;
const CONCURRENCY = 4;
/** A delivery takes no longer. Milliseconds. */
const LEASE_MS = 2 * 60_000;

/** Deliveries in a table of the database: what is due after a restart is delivered then. */
export function createTableNotificationQueue(deps: TableNotificationQueueDeps): NotificationQueue {
  return new TableNotificationQueue(deps);
}

type Deliver = (queued: QueuedNotification) => Promise<void>;

class TableNotificationQueue implements NotificationQueue {
  readonly #deps: TableNotificationQueueDeps;
  readonly #plan: RetryPlan;
  #deliver: Deliver | undefined;
  #running: Promise<void> | undefined;
  #isAsked = false;

  constructor(deps: TableNotificationQueueDeps) {
    this.#deps = deps;
    this.#plan = deps.retryPlan ?? defaultRetryPlan;
  }

  async add(notifications: Parameters<NotificationQueue['add']>[0]): Promise<void> {
    const rows = notifications.map((notification) => ({
      id: randomUUID(),
      body: JSON.stringify(toNotificationBody(notification)),
    }));
    await this.#deps.table.insert(rows, this.#deps.clock.now());
    this.#wake();
  }

  async work(deliver: Deliver): Promise<{ stop(): Promise<void> }> {
    // There is no other process: what is taken was taken by one that died.
    await this.#deps.table.releaseAll(this.#deps.clock.now());
    this.#deliver = deliver;
    this.#wake();
    const timer = setInterval(() => {
      this.#wake();
    }, this.#deps.pollMs ?? 5_000);
    return {
      stop: async () => {
        clearInterval(timer);
        this.#deliver = undefined;
        await this.#running;
      },
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Runs until nothing is due. One run at a time; what comes meanwhile is seen to by it. */
  #wake(): void {
    if (this.#deliver === undefined) return;
    this.#isAsked = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    const { table, clock, logger } = this.#deps;
    try {
      while (this.#isAsked) {
        this.#isAsked = false;
        for (;;) {
          if (this.#deliver === undefined) return;
          const now = clock.now();
          const due = await table.take({ now, retryAt: now + LEASE_MS, limit: AT_ONCE });
          if (due.length === 0) break;
          await this.#handOver(due, this.#deliver);
        }
      }
    } catch (error) {
      logger.warn({ err: error }, 'notifications cannot be read; trying again');
    }
  }

  async #handOver(due: readonly StoredNotification[], deliver: Deliver): Promise<void> {
    const waiting = [...due];
    const next = async (): Promise<void> => {
      for (let row = waiting.shift(); row !== undefined; row = waiting.shift())
        await this.#deliverOne(row, deliver);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, next));
  }

  async #deliverOne({ id, body, attempts }: StoredNotification, deliver: Deliver): Promise<void> {
    const { table, clock, logger } = this.#deps;
    try {
      const notification = parseNotificationBody(JSON.parse(body));
      await deliver({ id, notification, attempt: attempts });
    } catch (error) {
      const isLast = attempts >= this.#plan.attempts;
      logger.warn({ err: error, notification: id, attempts, isLast }, 'notification not delivered');
      if (!isLast) {
        await table.postpone(id, clock.now() + pauseAfter(attempts, this.#plan));
        return;
      }
    }
    await table.remove(id);
  }
}
