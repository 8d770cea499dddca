/** A piece of a list, and what is known of the whole. */
export interface Page<Row> {
  rows: readonly Row[];
  /** How many rows there are; `isCapped`: at least that many, nobody counted further. Absent on pages after a cursor. */
  total?: { count: number; isCapped: boolean };
  /** Where the next piece begins, for the query `cursor`; absent at the end. */
  nextCursor?: string;
}

/** Which piece of a list, and in which order. Rows of equal rank are ordered by their ids. */
export interface PageQuery<Sort extends string> {
  /** Rows to skip; for the first thousands, beyond them use the cursor. Not with a cursor. */
  offset: number;
  limit: number;
  sort: Sort;
  direction: 'asc' | 'desc';
  /** Given out by the page before, in the same order. */
  cursor?: string;
}
