import type { Knex } from 'knex';

/** Part of the transaction of every change that relays must learn of. Last in it: everybody waits for this row. */
export async function bumpConfigVersion(trx: Knex): Promise<void> {
  await trx('config_version').where({ id: 1 }).increment('version', 1);
}

export async function raiseConfigVersion(connection: Knex, version: number): Promise<void> {
  await connection('config_version')
    .where({ id: 1 })
    .where('version', '<=', version)
    .update({ version: version + 1 });
}

export async function readConfigVersion(connection: Knex): Promise<number> {
  const [row] = (await connection('config_version').select('version').where({ id: 1 })) as {
    version: number;
  }[];
  return row?.version ?? 0;
}
