import { refundSchema, requestIdParamsSchema } from '../quota-entry.ts';
import { defineRoutes } from '../route.ts';

/** Charges that are reversed. */
export const refundRoutes = defineRoutes('refund', {
  create: {
    method: 'post',
    path: '/api/log/:requestId/refund',
    role: 'admin',
    summary: 'Give back what one request was charged, once, however often it is asked for.',
    params: requestIdParamsSchema,
    data: refundSchema,
  },
});
