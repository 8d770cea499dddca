import type { Clock, GatewayEvent, Logger, Notification, NotificationQueue } from '@turnpike/core';
import type { CurrentOptions } from '../services/current-options.ts';

export interface NotifierDeps {
  notifications: Pick<NotificationQueue, 'add'>;
  currentOptions: CurrentOptions;
  clock: Clock;
  logger: Logger;
}

export interface Notifier {
  /** Hands a mail to the queue. @throws when it cannot be stored */
  send(notification: Notification): Promise<void>;
  /**
   * Lets everybody know whom it concerns: the root user of channels and their tests, the user of a balance, and the webhook of all.
   * Never throws: what happened has happened.
   */
  tell(event: GatewayEvent): Promise<void>;
}

/** Decides who is told of what. Delivery comes later, from a queue. */
export function createNotifier(deps: NotifierDeps): Notifier {
  const { notifications, logger } = deps;
  return {
    send: (notification) => notifications.add([notification]),
    async tell(event) {
      try {
        const { WebhookUrl, RootQuotaAlertEnabled } = await deps.currentOptions.read();
        const told: Notification[] = [];
        if ('user_id' in event.data)
          told.push({ kind: 'user-mail', userId: event.data.user_id, event });
        if (!('user_id' in event.data) || RootQuotaAlertEnabled)
          told.push({ kind: 'root-alert', event });
        if (WebhookUrl !== '') told.push({ kind: 'webhook', event, occurredAt: deps.clock.now() });
        await notifications.add(told);
      } catch (error) {
        logger.error({ err: error, type: event.type }, 'event not told to anybody');
      }
    },
  };
}
