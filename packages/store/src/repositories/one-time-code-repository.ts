import { timingSafeEqual } from 'node:crypto';
import type { OneTimeCodeRepository } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readText, type Row } from '../schema/read-column.ts';

/** Codes that open something once. */
export function createOneTimeCodeRepository({
  knex,
  dialect,
}: {
  knex: Knex;
  dialect: Dialect;
}): OneTimeCodeRepository {
  return {
    async put({ purpose, subject, codeHash, payload, expiresAt }) {
      await knex('one_time_codes')
        .insert({
          ...{ purpose, subject, payload, attempts: 0 },
          code_hash: codeHash,
          expires_at: expiresAt,
        })
        .onConflict(['purpose', 'subject'])
        .merge();
    },

    redeem: ({ purpose, subject, codeHash, now, maxAttempts }) =>
      dialect.inWriteTransaction(knex, async (trx) => {
        // Counting first locks the row: attempts at once come one after the other, and none is free.
        const counted = await trx('one_time_codes')
          .where({ purpose, subject })
          .where('expires_at', '>', now)
          .where('attempts', '<', maxAttempts)
          .increment('attempts', 1);
        if (counted === 0) return undefined;
        const [row] = (await trx('one_time_codes').where({ purpose, subject })) as Row[];
        if (row === undefined || !isEqual(readText(row['code_hash']), codeHash)) return undefined;
        await trx('one_time_codes').where({ purpose, subject }).delete();
        return readText(row['payload']);
      }),

    prune: (now) => knex('one_time_codes').where('expires_at', '<', now).delete(),
  };
}

function isEqual(stored: string, given: string): boolean {
  const [a, b] = [Buffer.from(stored), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
