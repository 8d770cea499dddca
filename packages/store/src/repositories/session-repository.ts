import type { SessionRecord, SessionRepository } from '@turnpike/core';
import type { Knex } from 'knex';
import { readNumber, readText, type Row } from '../schema/read-column.ts';

/** Browsers that are logged in, or about to, as every node sees them. */
export function createSessionRepository({ knex }: { knex: Knex }): SessionRepository {
  return {
    async create(session) {
      await knex('sessions').insert({
        id_hash: session.idHash,
        user_id: session.userId,
        fingerprint: session.fingerprint,
        is_ended: 0,
        has_passed_turnstile: session.hasPassedTurnstile ? 1 : 0,
        created_at: session.createdAt,
        expires_at: session.expiresAt,
      });
    },
    async find(idHash) {
      const [row] = (await knex('sessions').where({ id_hash: idHash })) as Row[];
      return row && toSession(row);
    },
    async markTurnstilePassed(idHash) {
      await knex('sessions').where({ id_hash: idHash }).update({ has_passed_turnstile: 1 });
    },
    async remove(idHash) {
      await knex('sessions').where({ id_hash: idHash }).delete();
    },
    endAll: (userId) => endSessions(knex, userId),
    prune: (now) => knex('sessions').where('expires_at', '<', now).delete(),
  };
}

/** Ends every session of an account; the rows stay, so that who was disabled can be told so. */
export async function endSessions(connection: Knex, userId: number): Promise<void> {
  await connection('sessions').where({ user_id: userId }).update({ is_ended: 1 });
}

function toSession(row: Row): SessionRecord {
  return {
    idHash: readText(row['id_hash']),
    userId: readNumber(row['user_id']),
    fingerprint: readText(row['fingerprint']),
    isEnded: readNumber(row['is_ended']) === 1,
    hasPassedTurnstile: readNumber(row['has_passed_turnstile']) === 1,
    createdAt: readNumber(row['created_at']),
    expiresAt: readNumber(row['expires_at']),
  };
}
