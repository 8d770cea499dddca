import { isSecretOption, type OptionRepository, type SecretBox } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { areSecretsSealed } from '../schema/meta.ts';
import { bumpConfigVersion } from './config-version.ts';

export interface OptionRepositoryDeps {
  knex: Knex;
  dialect: Dialect;
  secretBox: SecretBox;
}

/** What administrators changed at run time. Only options that were changed have a row. */
export function createOptionRepository(deps: OptionRepositoryDeps): OptionRepository {
  const { knex, dialect, secretBox } = deps;
  return {
    async all() {
      const rows = await readOptionRows(knex);
      return Object.fromEntries(
        rows.map(({ key, value }) => [
          key,
          isSecretOption(key) ? secretBox.open(value ?? '') : (value ?? ''),
        ]),
      );
    },

    set: (values) =>
      dialect.inWriteTransaction(knex, async (trx) => {
        const isSealed = await areSecretsSealed(trx);
        for (const [key, value] of Object.entries(values)) {
          if (value === undefined) {
            await trx('options').where({ key }).delete();
            continue;
          }
          const mustSeal = isSealed && value !== '' && isSecretOption(key);
          await trx('options')
            .insert({ key, value: mustSeal ? secretBox.seal(value) : value })
            .onConflict('key')
            .merge();
        }
        await bumpConfigVersion(trx);
      }),
  };
}

export async function readOptionRows(
  connection: Knex,
): Promise<{ key: string; value: string | null }[]> {
  return (await connection('options').select('key', 'value').orderBy('key')) as {
    key: string;
    value: string | null;
  }[];
}
