import { z } from 'zod';

/** Text that must keep a rule; the rule is told in both languages. */
export function ruledText(isValid: (text: string) => boolean, en: string, zh: string) {
  return z.string().refine(isValid, { error: en, params: { zh } });
}

/** One query value as text, empty when absent. Of a value given twice the first counts. */
export const queryTextSchema = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')))
  .meta({ wire: { type: 'string' } });

/** A whole number ≥ 0 in a query; everything else, also no value, counts as 0. */
export const queryNumberSchema = queryTextSchema
  .transform((text) => (/^\d{1,15}$/.test(text) ? Number(text) : 0))
  .meta({ wire: { type: 'integer', minimum: 0 } });

/** An id in a path. */
const idSchema = ruledText(
  (text) => /^[1-9]\d{0,14}$/.test(text),
  'must be a whole number above 0',
  '必须是大于 0 的整数',
)
  .transform(Number)
  .meta({ wire: { type: 'integer', minimum: 1 } });

export const idParamsSchema = z.object({ id: idSchema });

/** Quota units, as an amount to have. */
export const quotaSchema = z.int();

/** Further in, lists are searched, not leafed through. */
const LAST_PAGE = 1_000_000;

export const DEFAULT_PAGE_SIZE = 10;
export const MAX_PAGE_SIZE = 100;

/** `p` counts from 0. `page_size` (1 to 100) is 10 unless given. */
export const pageQuerySchema = z.object({
  p: queryNumberSchema.transform((page) => Math.min(page, LAST_PAGE)),
  page_size: queryNumberSchema.transform((size) =>
    size === 0 ? DEFAULT_PAGE_SIZE : Math.min(size, MAX_PAGE_SIZE),
  ),
});

/**
 * A list that can be sorted and read to its end.
 *
 * @param sorts what it can be sorted by; the first one unless asked for another
 */
export function listQuerySchema<const Sorts extends readonly [string, ...string[]]>(sorts: Sorts) {
  return pageQuerySchema.extend({
    /** From the header `X-Next-Cursor` of the page before. `p` then counts for nothing. */
    cursor: queryTextSchema,
    sort: queryTextSchema
      .transform((text) => (text === '' ? sorts[0] : text))
      .pipe(z.enum(sorts))
      .meta({ wire: { type: 'string', enum: [...sorts], default: sorts[0] } }),
    direction: queryTextSchema
      .transform((text) => (text === '' ? 'desc' : text))
      .pipe(z.enum(['asc', 'desc']))
      .meta({ wire: { type: 'string', enum: ['asc', 'desc'], default: 'desc' } }),
  });
}

/** Undefined where nothing was given: a search is not paged unless it is asked for. */
const optionalPageSchema = queryTextSchema
  .transform((text) =>
    /^\d{1,15}$/.test(text) ? Math.min(Number(text), LAST_PAGE) : text === '' ? undefined : 0,
  )
  .meta({ wire: { type: 'integer', minimum: 0 } });
const optionalPageSizeSchema = queryNumberSchema.transform((size) =>
  size === 0 ? undefined : Math.min(size, MAX_PAGE_SIZE),
);

/** A search by the beginning of a text. In pages where one of `p` and `page_size` is given; else all at once. */
export const plainSearchQuerySchema = z.object({
  keyword: queryTextSchema,
  p: optionalPageSchema,
  page_size: optionalPageSizeSchema,
});

/** The same of a list that goes on by `cursor`. */
export const searchQuerySchema = plainSearchQuerySchema.extend({ cursor: queryTextSchema });

export type PlainSearchQueryInput = z.infer<typeof plainSearchQuerySchema>;
export type SearchQueryInput = z.infer<typeof searchQuerySchema>;
