import type { Page, PageQuery } from './page.ts';
import type { Notification } from './notification-queue.ts';

/** A delivery that failed as often as it may, and waits for an administrator. */
export interface GivenUpNotification {
  id: number;
  notification: Notification;
  /** How often it was tried. */
  attempts: number;
  /** Why the last attempt failed; without secrets. */
  problem: string;
  /** Unix milliseconds. */
  givenUpAt: number;
}

export interface GivenUpNotifications {
  /** Stores it once: the same `queueId` again changes nothing. What is older than 90 days goes. */
  add(
    given: Omit<GivenUpNotification, 'id'> & {
      /** Its name in the queue. */
      queueId: string;
    },
  ): Promise<void>;
  page(page: PageQuery<'id'>): Promise<Page<GivenUpNotification>>;
  find(id: number): Promise<GivenUpNotification | undefined>;
  /** Resolves to whether it was there. */
  remove(id: number): Promise<boolean>;
  count(): Promise<number>;
}
