import type { Account } from '@turnpike/core';
import type { Knex } from 'knex';

/** A charged request, as far as it matters here. */
export interface ChargedRequest {
  request_id: string;
  charged: number;
  kind: string;
  /** Unix seconds. */
  applied_at: number;
}

interface WriteOff {
  /** The request that it is written down under: the last one of its transaction that a hard budget limits. */
  requestId: string;
  quota: number;
  /** Unix seconds. */
  at: number;
}

/** SQLite takes no more values in one statement. */
const VALUES_AT_ONCE = 500;

/**
 * What the hard budget gave back already of the charge of one request, in quota units.
 *
 * One entry covers all that a transaction charged, under the name of one request. So what it has beyond the charge of
 * that one belongs to the others of its second, the latest first: the earlier ones found something to be paid from.
 * What is even beyond those can only be of charges that were corrected in that transaction, which are older than it;
 * it is taken to be of the request that is asked for. Either way all refunds together give back no more than was paid.
 */
export async function readWrittenOff(
  trx: Knex,
  account: Account,
  request: ChargedRequest,
): Promise<number> {
  const writeOffs = await listWriteOffs(trx, account);
  if (writeOffs.length === 0) return 0;
  const open = await findCharges(
    trx,
    writeOffs.map(({ requestId }) => requestId),
  );
  open.set(request.request_id, request.charged);
  const rests: WriteOff[] = [];
  for (const writeOff of writeOffs) {
    const rest = take(open, writeOff.requestId, writeOff.quota);
    if (rest > 0 && writeOff.at >= request.applied_at) rests.push({ ...writeOff, quota: rest });
  }
  if (rests.length > 0) await takeRests(trx, account, request, { rests, open });
  return request.charged - (open.get(request.request_id) ?? 0);
}

async function takeRests(
  trx: Knex,
  account: Account,
  request: ChargedRequest,
  { rests, open }: { rests: readonly WriteOff[]; open: Map<string, number> },
): Promise<void> {
  const seconds = [...new Set(rests.map(({ at }) => at))];
  const neighbours = await listCharged(trx, account, seconds);
  for (const { request_id: id, charged } of neighbours) if (!open.has(id)) open.set(id, charged);
  for (const { quota, at } of rests) {
    let rest = quota;
    for (const { request_id: id, applied_at: appliedAt } of neighbours)
      if (rest > 0 && appliedAt === at) rest = take(open, id, rest);
    if (rest > 0 && request.applied_at < at && request.kind === 'real')
      take(open, request.request_id, rest);
  }
}

/** @returns how much of `quota` the open part of this charge does not cover */
function take(open: Map<string, number>, requestId: string, quota: number): number {
  const before = open.get(requestId) ?? 0;
  const taken = Math.min(before, quota);
  open.set(requestId, before - taken);
  return quota - taken;
}

/** In the order in which they were written. */
async function listWriteOffs(trx: Knex, { kind, id }: Account): Promise<WriteOff[]> {
  const rows = (await trx('quota_entries')
    .select('delta', 'reference', 'created_at')
    .where({ account_kind: kind, account_id: id, reason: 'write-off' })
    .orderBy('id')) as { delta: number; reference: string; created_at: number }[];
  const prefix = `write-off:${kind}:`;
  return rows.map(({ delta, reference, created_at: at }) => ({
    requestId: reference.slice(prefix.length).replace(/:late$/, ''),
    quota: delta,
    at,
  }));
}

/** Request id → what is charged for it; without those that are unknown, or known no longer. */
async function findCharges(trx: Knex, ids: readonly string[]): Promise<Map<string, number>> {
  const charges = new Map<string, number>();
  for (const some of inGroups(ids)) {
    const rows = (await trx('usage_requests')
      .select('request_id', 'charged')
      .whereIn('request_id', some)) as ChargedRequest[];
    for (const { request_id: id, charged } of rows) charges.set(id, charged);
  }
  return charges;
}

/**
 * What an account was charged in these seconds, the latest request first. It reads the whole table, which has no index
 * for this: that would cost every charge, and this is only asked where a refund meets a common write-off.
 */
async function listCharged(
  trx: Knex,
  { kind, id }: Account,
  seconds: readonly number[],
): Promise<ChargedRequest[]> {
  const charged: ChargedRequest[] = [];
  for (const some of inGroups(seconds))
    charged.push(
      ...((await trx('usage_requests')
        .select('request_id', 'charged', 'kind', 'applied_at')
        .where({ [`${kind}_id`]: id })
        .whereIn('applied_at', some)
        .orderBy('request_id', 'desc')) as ChargedRequest[]),
    );
  return charged;
}

function* inGroups<Value>(values: readonly Value[]): Generator<readonly Value[]> {
  for (let start = 0; start < values.length; start += VALUES_AT_ONCE)
    yield values.slice(start, start + VALUES_AT_ONCE);
}
