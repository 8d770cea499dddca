import type { RequestKind } from '@turnpike/core';
import type { Knex } from 'knex';

const IDS_AT_ONCE = 500;

/** Which of these requests were charged, and how. */
export async function findRequests(
  connection: Knex,
  requestIds: readonly string[],
): Promise<ReadonlyMap<string, RequestKind>> {
  const found = new Map<string, RequestKind>();
  for (let start = 0; start < requestIds.length; start += IDS_AT_ONCE) {
    const rows = (await connection('usage_requests')
      .select('request_id', 'kind')
      .whereIn('request_id', requestIds.slice(start, start + IDS_AT_ONCE))) as {
      request_id: string;
      kind: RequestKind;
    }[];
    for (const row of rows) found.set(row.request_id, row.kind);
  }
  return found;
}
