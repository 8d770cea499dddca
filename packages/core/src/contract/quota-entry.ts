import { z } from 'zod';
import { MAX_PAGE_SIZE, queryNumberSchema, ruledText } from './input-values.ts';

const DEFAULT_ENTRIES = 20;

/** Pages by cursor: the next one is in the header `X-Next-Cursor`. */
export const quotaEntryListQuerySchema = z.object({
  cursor: queryNumberSchema,
  page_size: queryNumberSchema.transform((size) =>
    size === 0 ? DEFAULT_ENTRIES : Math.min(size, MAX_PAGE_SIZE),
  ),
});

/** One change of a balance that is not usage. */
export const quotaEntrySchema = z.object({
  id: z.int(),
  /** Quota units that were added; negative: taken. */
  delta: z.int(),
  /** opening, created, gift, invitation, redemption, top-up, admin-edit, refund, write-off, external */
  reason: z.string(),
  /** Unique; the same change is never booked twice. */
  reference: z.string(),
  created_at: z.int(),
  /** Id of the user who did it; 0: nobody. */
  created_by: z.int(),
});

/** The id that an answer of the relay carries as `x-request-id`. */
export const requestIdParamsSchema = z.object({
  requestId: ruledText(
    (text) => /^[\w-]{1,64}$/.test(text),
    'must be the id of a request, as x-request-id has it',
    '必须是请求 id，即 x-request-id 的值',
  ),
});

export const refundSchema = z.object({
  request_id: z.string(),
  user_id: z.int(),
  /** Quota units that the user got back. */
  quota: z.int(),
  /** The request had been refunded before: nothing changed now. */
  is_repeated: z.boolean(),
});

export type QuotaEntryJson = z.infer<typeof quotaEntrySchema>;
export type QuotaEntryListQueryInput = z.infer<typeof quotaEntryListQuerySchema>;
export type RefundJson = z.infer<typeof refundSchema>;
