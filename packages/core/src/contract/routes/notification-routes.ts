import { idParamsSchema } from '../input-values.ts';
import { givenUpListQuerySchema, givenUpNotificationSchema } from '../notification.ts';
import { defineRoutes } from '../route.ts';

/** Mails, alerts and webhooks that could not be delivered. */
export const notificationRoutes = defineRoutes('notification', {
  listGivenUp: {
    method: 'get',
    path: '/api/notification/given_up',
    role: 'root',
    summary: 'List deliveries that failed as often as they may, newest first.',
    query: givenUpListQuerySchema,
    rows: givenUpNotificationSchema,
  },
  retryGivenUp: {
    method: 'post',
    path: '/api/notification/given_up/:id/retry',
    role: 'root',
    summary: 'Put one of them back into the queue.',
    params: idParamsSchema,
  },
  dropGivenUp: {
    method: 'delete',
    path: '/api/notification/given_up/:id',
    role: 'root',
    summary: 'Forget one of them.',
    params: idParamsSchema,
  },
});
