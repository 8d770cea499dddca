import type { Database } from '../connect.ts';
import { writeMeta } from '../schema/meta.ts';

/** More than the charges of a group of requests: what is left of a nearly full disk should be worth something. */
const FILLER = 'x'.repeat(32 * 1024);

/**
 * Writes a row and removes it, each in a transaction of its own: a transaction that is undone may not touch the disk.
 *
 * @throws what a charge would throw now
 */
export async function checkWrites({ knex, dialect }: Database): Promise<void> {
  await dialect.inWriteTransaction(knex, (trx) => writeMeta(trx, 'write-check', FILLER));
  await dialect.inWriteTransaction(knex, async (trx) => {
    await trx('turnpike_meta').where({ name: 'write-check' }).delete();
  });
}
