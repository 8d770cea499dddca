import { shortId, type Leftovers, type TakeOver } from '@turnpike/cluster/redis';
import type { Store } from '@turnpike/store';

export interface TakeRedisOverDeps {
  database: Pick<Store, 'databaseId' | 'description' | 'replaceDatabaseId'>;
  takeOver: TakeOver;
  wanted: {
    /** `--take-over`: what the other database has not charged yet may be lost. */
    usageMayGo: boolean;
    /** `--same-database`: this is the database that Redis belongs to, from the time before it had an id. */
    isSame: boolean;
  };
  /** Writes a line for people. */
  print: (line: string) => void;
}

/**
 * For `turnpike rebuild-redis`: makes sure that Redis may be this database's. One that belongs to another is emptied and
 * taken over, after it was told what is in it; where usage would be lost, or nodes of the other still live, only if that was
 * wanted, or not at all.
 *
 * @returns the id that the database has now; undefined: Redis was left as it is
 */
export async function takeRedisOver(
  deps: TakeRedisOverDeps,
): Promise<{ databaseId: string } | undefined> {
  const { database, takeOver, wanted, print } = deps;
  const { databaseId } = database;
  const holder = await takeOver.holder();
  const isOther = holder !== undefined && holder.databaseId !== databaseId;
  if (!isOther && holder?.isTakingOver !== true) return { databaseId };
  if (isOther) {
    print(
      `Redis belongs to another database: to ${shortId(holder.databaseId)}, and this is ${shortId(databaseId)} (${database.description}).`,
    );
    if (wanted.isSame && !holder.isTakingOver) return adopt(deps, holder.databaseId);
  }
  const found = await takeOver.inspect(databaseId);
  if (refuse(found, deps, isOther)) return undefined;
  await takeOver.run(databaseId);
  print('Redis was emptied, and belongs to this database now.');
  return { databaseId };
}

async function adopt(
  { database, print }: TakeRedisOverDeps,
  databaseId: string,
): Promise<{ databaseId: string }> {
  await database.replaceDatabaseId(databaseId);
  print(`This database is ${shortId(databaseId)} from now on, as it was before it was restored.`);
  return { databaseId };
}

/** Whether Redis has to stay as it is; says why, and what to do. */
function refuse(
  { usageBatches, openEntries, nodes }: Leftovers,
  { wanted, print }: TakeRedisOverDeps,
  isOther: boolean,
): boolean {
  print(
    `It holds ${String(usageBatches)} batches of usage, ${String(openEntries)} requests that are not charged yet, and ${String(nodes.length)} nodes work with it.`,
  );
  if (nodes.length > 0) {
    for (const { nodeId, role, at } of nodes)
      print(`  ${role} ${nodeId}, seen ${new Date(at).toISOString()}`);
    print('Nothing was changed. Stop these nodes, wait for NODE_TIMEOUT, and run this again.');
    return true;
  }
  if (!isOther || usageBatches + openEntries === 0 || wanted.usageMayGo) return false;
  print('Nothing was changed: this usage is of the other database, and would never be charged.');
  print('If that database still exists, start a master with it, which charges the usage.');
  print('If it is gone for good, run turnpike rebuild-redis --take-over.');
  print('If this is that database, restored from a backup of the time before databases had ids,');
  print('run turnpike rebuild-redis --same-database.');
  return true;
}
