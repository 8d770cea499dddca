import type { Language } from '../identity/language.ts';

/** Something that happened and that somebody may want to know. It becomes the body of a webhook as it is. */
export type GatewayEvent =
  | {
      /** `failing`: a test failed, and channels are not disabled automatically. */
      type: 'channel.disabled' | 'channel.enabled' | 'channel.failing';
      data: { channel_id: number; channel_name: string; reason: string };
    }
  | {
      /** A run over many channels that somebody began came to its end. */
      type: 'channels.tested';
      data: { scope: string; total: number; succeeded: number; failed: number };
    }
  | {
      type: 'quota.low' | 'quota.used_up';
      data: { user_id: number; username: string; quota: number; threshold: number };
    };

/** One delivery to one place, so that trying it again repeats nothing else. No secret is in it. */
export type Notification =
  /** A mail of the login pages. The code in it is made when it is sent. */
  | { kind: 'verification-mail' | 'reset-mail'; email: string; language: Language }
  /** To the root user: by Message Pusher, else by mail. */
  | { kind: 'root-alert'; event: GatewayEvent }
  /** To the user whom it is about, by mail. */
  | { kind: 'user-mail'; userId: number; event: GatewayEvent }
  | { kind: 'webhook'; event: GatewayEvent; /** Unix milliseconds. */ occurredAt: number };

/** A notification with its name, the same at every attempt. */
export interface QueuedNotification {
  id: string;
  notification: Notification;
  /** 1 for the first one. */
  attempt: number;
}

/** Deliveries that survive this process. At least once. */
export interface NotificationQueue {
  /** Resolves when they are stored, all or none. @throws when they cannot be */
  add(notifications: readonly Notification[]): Promise<void>;
  /**
   * Begins to deliver. A handler that rejects is called again later, with growing pauses; after the last attempt the
   * notification is handed to `giveUp`, and leaves the queue when that resolves. `stop` waits for what is under way.
   */
  work(
    deliver: (queued: QueuedNotification) => Promise<void>,
    giveUp: (queued: QueuedNotification, error: unknown) => Promise<void>,
  ): Promise<{ stop(): Promise<void> }>;
  close(): Promise<void>;
}

/** A row of the queue where it is a table. */
export interface StoredNotification {
  id: string;
  /** JSON. */
  body: string;
  /** Attempts that were begun. */
  attempts: number;
}

/** The table behind the queue of standalone mode. */
export interface NotificationTable {
  insert(rows: readonly { id: string; body: string }[], now: number): Promise<void>;
  /**
   * Takes the longest due ones, oldest first, and counts an attempt: until `retryAt` nobody else gets them, and from
   * then on they are due again.
   */
  take(options: {
    now: number;
    retryAt: number;
    limit: number;
  }): Promise<readonly StoredNotification[]>;
  /** Makes everything due, also what a process that died had taken. */
  releaseAll(now: number): Promise<void>;
  postpone(id: string, dueAt: number): Promise<void>;
  remove(id: string): Promise<void>;
}
