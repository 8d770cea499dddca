import type { Page, PageQuery } from '@turnpike/core';

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

/** The same page with its rows in another form. */
export function mapPage<From, To>(page: Page<From>, map: (row: From) => To): Page<To> {
  return { ...page, rows: page.rows.map(map) };
}
