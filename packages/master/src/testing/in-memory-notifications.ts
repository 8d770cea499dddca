import type { Notification, NotificationQueue } from '@turnpike/core';

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
