import type {
  GivenUpNotification,
  GivenUpNotifications,
  Notification,
  NotificationQueue,
} from '@turnpike/core';
import { pageRows } from './page-rows.ts';

/** What was handed to the queue, until somebody delivers it. */
export interface InMemoryNotifications extends Pick<NotificationQueue, 'add'> {
  waiting: Notification[];
  /** Hands everything that waits to the deliverer, once. */
  deliverAll(deliver: Parameters<NotificationQueue['work']>[0]): Promise<void>;
}

export function createInMemoryNotifications(): InMemoryNotifications {
  const waiting: Notification[] = [];
  let count = 0;
  return {
    waiting,
    add: async (notifications) => void waiting.push(...notifications),
    async deliverAll(deliver) {
      for (const notification of waiting.splice(0))
        await deliver({ id: `n${String((count += 1))}`, notification, attempt: 1 });
    },
  };
}

export interface InMemoryGivenUp extends GivenUpNotifications {
  rows: GivenUpNotification[];
}

export function createInMemoryGivenUp(): InMemoryGivenUp {
  const rows: GivenUpNotification[] = [];
  return {
    rows,
    add: async ({ queueId: _, ...given }) => void rows.push({ ...given, id: rows.length + 1 }),
    page: async (query) => pageRows(rows, query),
    find: async (id) => rows.find((row) => row.id === id),
    async remove(id) {
      const at = rows.findIndex((row) => row.id === id);
      if (at !== -1) rows.splice(at, 1);
      return at !== -1;
    },
    count: async () => rows.length,
  };
}
