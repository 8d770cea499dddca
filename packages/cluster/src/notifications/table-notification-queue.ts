import { randomUUID } from 'node:crypto';
import {
  parseNotificationBody,
  toNotificationBody,
  type Clock,
  type Logger,
  type NotificationQueue,
  type NotificationTable,
  type QueuedNotification,
  type StoredNotification,
} from '@turnpike/core';
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

type Deliver = Parameters<NotificationQueue['work']>[0];
type GiveUp = Parameters<NotificationQueue['work']>[1];

interface Handlers {
  deliver: Deliver;
  giveUp: GiveUp;
}

class TableNotificationQueue implements NotificationQueue {
  readonly #deps: TableNotificationQueueDeps;
  readonly #plan: RetryPlan;
  #handlers: Handlers | undefined;
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

  async work(deliver: Deliver, giveUp: GiveUp): Promise<{ stop(): Promise<void> }> {
    // There is no other process: what is taken was taken by one that died.
    await this.#deps.table.releaseAll(this.#deps.clock.now());
    this.#handlers = { deliver, giveUp };
    this.#wake();
    const timer = setInterval(() => {
      this.#wake();
    }, this.#deps.pollMs ?? 5_000);
    return {
      stop: async () => {
        clearInterval(timer);
        this.#handlers = undefined;
        await this.#running;
      },
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Runs until nothing is due. One run at a time; what comes meanwhile is seen to by it. */
  #wake(): void {
    if (this.#handlers === undefined) return;
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
          if (this.#handlers === undefined) return;
          const now = clock.now();
          const due = await table.take({ now, retryAt: now + LEASE_MS, limit: AT_ONCE });
          if (due.length === 0) break;
          await this.#handOver(due, this.#handlers);
        }
      }
    } catch (error) {
      logger.warn({ err: error }, 'notifications cannot be read; trying again');
    }
  }

  async #handOver(due: readonly StoredNotification[], handlers: Handlers): Promise<void> {
    const waiting = [...due];
    const next = async (): Promise<void> => {
      for (let row = waiting.shift(); row !== undefined; row = waiting.shift())
        await this.#deliverOne(row, handlers);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, next));
  }

  async #deliverOne(row: StoredNotification, { deliver, giveUp }: Handlers): Promise<void> {
    const { table, logger } = this.#deps;
    const { id, attempts } = row;
    let queued: QueuedNotification | undefined;
    try {
      const notification = parseNotificationBody(JSON.parse(row.body));
      queued = { id, notification, attempt: attempts };
      await deliver(queued);
    } catch (error) {
      const isLast = attempts >= this.#plan.attempts;
      logger.warn({ err: error, notification: id, attempts, isLast }, 'notification not delivered');
      // What cannot be read is nothing that anybody could send again.
      const isGivenUp =
        isLast && (queued === undefined || (await this.#giveUp(queued, error, giveUp)));
      if (!isGivenUp) {
        await this.#postpone(row);
        return;
      }
    }
    await table.remove(id);
  }

  async #giveUp(queued: QueuedNotification, error: unknown, giveUp: GiveUp): Promise<boolean> {
    try {
      await giveUp(queued, error);
      return true;
    } catch (failure) {
      this.#deps.logger.warn(
        { err: failure, notification: queued.id },
        'notification not given up',
      );
      return false; // it stays in the queue until somebody has it
    }
  }

  #postpone({ id, attempts }: StoredNotification): Promise<void> {
    const { table, clock } = this.#deps;
    return table.postpone(id, clock.now() + pauseAfter(attempts, this.#plan));
  }
}
