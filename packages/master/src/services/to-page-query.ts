import type { Page, PageQuery } from '@turnpike/core';
import { DEFAULT_PAGE_SIZE, type SearchQueryInput } from '@turnpike/core/contract';

export interface ListInput<Sort extends string> {
  /** Page by number, from 0. */
  p: number;
  page_size: number;
  /** Empty: by number. */
  cursor: string;
  sort: Sort;
  direction: 'asc' | 'desc';
}

/** The piece of a list that a query asks for. `order`, where given, is One API's way to sort: descending. */
export function toPageQuery<Sort extends string>(
  input: ListInput<Sort>,
  order: NoInfer<Sort> | '' = '',
): PageQuery<Sort> {
  const { p, page_size: limit, cursor } = input;
  return {
    limit,
    offset: cursor === '' ? p * limit : 0,
    ...(cursor !== '' && { cursor }),
    ...(order === ''
      ? { sort: input.sort, direction: input.direction }
      : { sort: order, direction: 'desc' as const }),
  };
}

/** How many rows a search gives at once where no pages are asked for. */
const MOST_FOUND = 1000;

/** The piece of a search, oldest first: everything up to a cap, or a page where one is asked for. */
export function toSearchPage({
  p,
  page_size: pageSize,
  cursor,
}: SearchQueryInput): PageQuery<'id'> {
  const isPaged = p !== undefined || pageSize !== undefined || cursor !== '';
  const limit = pageSize ?? (isPaged ? DEFAULT_PAGE_SIZE : MOST_FOUND);
  return {
    ...{ sort: 'id', direction: 'asc', limit },
    ...(cursor === '' ? { offset: (p ?? 0) * limit } : { offset: 0, cursor }),
  };
}

/** The same page with its rows in another form. */
export function mapPage<From, To>(page: Page<From>, map: (row: From) => To): Page<To> {
  return { ...page, rows: page.rows.map(map) };
}
