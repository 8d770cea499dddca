/** A database as nodes and people tell it from others. */
export interface ClaimingDatabase {
  /** UUID that the database has for ever. */
  id: string;
  /** Kind and place, without a password. */
  description: string;
}

/** Whom the data in Redis belongs to. */
export interface Holder {
  databaseId: string;
  /** It is being emptied for this database; what is left of another's is worth nothing any more. */
  isTakingOver: boolean;
}

const TAKING_OVER = 'taking-over:';

export function toHolderText({ databaseId, isTakingOver }: Holder): string {
  return isTakingOver ? TAKING_OVER + databaseId : databaseId;
}

/** @param text undefined or null: nobody's */
export function parseHolder(text: string | null | undefined): Holder | undefined {
  if (text == null) return undefined;
  return text.startsWith(TAKING_OVER)
    ? { databaseId: text.slice(TAKING_OVER.length), isTakingOver: true }
    : { databaseId: text, isTakingOver: false };
}

/** Enough of an id for people to tell two databases apart. */
export function shortId(databaseId: string): string {
  return databaseId.slice(0, 8);
}

/** Why a node leaves Redis alone, for those who watch it. */
export function nameBoth(holder: Holder, databaseId: string): string {
  const [theirs, ours] = [shortId(holder.databaseId), shortId(databaseId)];
  return holder.isTakingOver
    ? `Redis is being given to the database ${theirs}, and this node works for ${ours}: turnpike rebuild-redis has not come to its end`
    : `Redis belongs to the database ${theirs}, and this node works for ${ours}: see its log, and docs/guides/run-a-cluster.md`;
}

/** Why a process with this database must not use what is in Redis, and what can be done. */
export function explainForeign(
  holder: Holder,
  { id, description }: ClaimingDatabase,
  keyPrefix: string,
): string {
  const [theirs, ours] = [shortId(holder.databaseId), shortId(id)];
  if (holder.isTakingOver)
    return `REDIS_CONN_STRING: this Redis is being given to the database ${theirs}, and turnpike rebuild-redis has not come to its end: run it again with that database. This one is ${ours} (${description}).`;
  return `REDIS_CONN_STRING: under the REDIS_KEY_PREFIX ${keyPrefix} this Redis belongs to another database: to ${theirs}, and this one is ${ours} (${description}). Give each of them a REDIS_KEY_PREFIX or a Redis of its own. If the other one is gone for good, or this one was restored from a backup that is older than such ids, turnpike rebuild-redis gives Redis to this one.`;
}
