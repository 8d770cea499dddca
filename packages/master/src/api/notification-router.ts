import type { GivenUpNotification, Notification } from '@turnpike/core';
import { notificationRoutes, type GivenUpNotificationJson } from '@turnpike/core/contract';
import type { GivenUpService } from '../notifications/given-up-service.ts';
import { mapPage } from '../services/to-page-query.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/notification`: what could not be delivered. Root only. */
export function createNotificationRouter({ givenUp }: { givenUp: GivenUpService }): BoundRoute[] {
  return [
    bindRoute(notificationRoutes.listGivenUp, async ({ query }) =>
      mapPage(await givenUp.list(query), toJson),
    ),
    bindRoute(notificationRoutes.retryGivenUp, ({ params, caller }) =>
      givenUp.retry(params.id, caller),
    ),
    bindRoute(notificationRoutes.dropGivenUp, ({ params, caller }) =>
      givenUp.drop(params.id, caller),
    ),
  ];
}

function toJson(given: GivenUpNotification): GivenUpNotificationJson {
  const { id, notification, attempts, problem, givenUpAt } = given;
  return {
    id,
    kind: notification.kind,
    receiver: receiverOf(notification),
    event: 'event' in notification ? notification.event.type : '',
    attempts,
    problem,
    given_up_at: Math.floor(givenUpAt / 1000),
  };
}

function receiverOf(notification: Notification): string {
  switch (notification.kind) {
    case 'verification-mail':
    case 'reset-mail':
      return notification.email;
    case 'root-alert':
      return 'root';
    case 'user-mail':
      return `user ${String(notification.userId)}`;
    case 'webhook':
      return 'webhook';
  }
}
