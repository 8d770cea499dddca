import {
  userStatuses,
  type Clock,
  type QuotaReminders,
  type UserBelowThreshold,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readMeta, writeMeta } from '../schema/meta.ts';
import { readNumber, readText, type Row } from '../schema/read-column.ts';

const levels = { low: 1, 'used-up': 2 } as const;

/** Who was told of a low balance. */
export function createQuotaReminders({
  knex,
  dialect,
  clock,
}: {
  knex: Knex;
  dialect: Dialect;
  clock: Clock;
}): QuotaReminders {
  return {
    async take(threshold, limit) {
      await forgetRecovered(knex, threshold);
      const isFirst = (await readMeta(knex, 'quota-reminders-began')) === undefined;
      const found = (await selectUntold(knex, threshold, isFirst ? undefined : limit)) as Row[];
      const told: UserBelowThreshold[] = [];
      for (const row of found) {
        const user = toUser(row);
        if (await mark(knex, dialect, row, levels[user.state], clock.now())) told.push(user);
      }
      if (!isFirst) return told;
      await writeMeta(knex, 'quota-reminders-began', String(clock.now()));
      return [];
    },
  };
}

/** Those who have the threshold again may be told again; those who only have something again, that it is used up. */
async function forgetRecovered(knex: Knex, threshold: number): Promise<void> {
  const usersWith = (condition: string, value: number) =>
    knex('users').select('id').whereRaw(`COALESCE(quota, 0) ${condition} ?`, [value]);
  await knex('quota_reminders')
    .whereIn('user_id', usersWith('>=', Math.max(threshold, 1)))
    .delete();
  await knex('quota_reminders')
    .where({ level: levels['used-up'] })
    .whereIn('user_id', usersWith('>', 0))
    .update({ level: levels.low });
}

/** What was spent and what is left say whether somebody ever had the threshold; with less nobody is reminded of less. */
function selectUntold(knex: Knex, threshold: number, limit: number | undefined) {
  const query = knex({ u: 'users' })
    .leftJoin({ r: 'quota_reminders' }, 'r.user_id', 'u.id')
    .where('u.status', userStatuses.enabled)
    .where('u.used_quota', '>', 0)
    .whereRaw('u.quota + u.used_quota >= ?', [threshold])
    .where((any) => {
      void any
        .where((low) => {
          void low.where('u.quota', '<', threshold).whereNull('r.level');
        })
        .orWhere((empty) => {
          void empty
            .where('u.quota', '<=', 0)
            .whereRaw('COALESCE(r.level, 0) < ?', [levels['used-up']]);
        });
    })
    .select('u.id', 'u.username', 'u.quota', 'r.level')
    .orderBy('u.id');
  return limit === undefined ? query : query.limit(limit);
}

/** Resolves to whether nobody else was faster. */
async function mark(
  knex: Knex,
  dialect: Dialect,
  row: Row,
  level: number,
  now: number,
): Promise<boolean> {
  const userId = readNumber(row['id']);
  if (row['level'] !== null) {
    const before = readNumber(row['level']);
    const changed = await knex('quota_reminders')
      .where({ user_id: userId, level: before })
      .update({ level, told_at: now });
    return changed === 1;
  }
  try {
    await knex('quota_reminders').insert({ user_id: userId, level, told_at: now });
    return true;
  } catch (error) {
    if (dialect.isUniqueViolation(error)) return false;
    throw error;
  }
}

function toUser(row: Row): UserBelowThreshold {
  const quota = readNumber(row['quota']);
  return {
    userId: readNumber(row['id']),
    username: readText(row['username']),
    quota,
    state: quota <= 0 ? 'used-up' : 'low',
  };
}
