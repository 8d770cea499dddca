import knexFactory from 'knex';

const DAY = 24 * 3600;
const ROWS_AT_ONCE = 500_000;

export const DAYS = 365;
/** A model and a channel that only the oldest tenth of the rows know: what a planner takes for frequent, and is not. */
export const OLD_MODEL = 'gpt-3.5-turbo-0301';
export const OLD_CHANNEL = 99;

/**
 * A year of log rows, made by PostgreSQL itself, as a gateway would have left them, with their roll-up. One user has
 * every tenth row, two thousand others share the rest; one row in 200 is an error, one in 1000 a top-up.
 *
 * @param {string} dsn of a PostgreSQL database that a gateway has migrated
 * @param {{ rows: number, now: number, heavy: User, ordinary: User, print: (line: string) => void }} fill
 *   `now` in Unix seconds
 * @typedef {{ id: number, username: string }} User
 */
export async function fillLogs(dsn, { rows, now, heavy, ordinary, print }) {
  const knex = knexFactory({ client: 'pg', connection: dsn, pool: { min: 0, max: 1 } });
  try {
    const { rows: indexes } = await knex.raw(
      `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
        WHERE tablename = 'logs' AND indexname LIKE 'idx%'`,
    );
    for (const { name } of indexes) await knex.raw('DROP INDEX ??', [name]);
    const named = constants({ rows, now, heavy, ordinary });
    for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
      const to = Math.min(from + ROWS_AT_ONCE, rows) - 1;
      await knex.raw(insertRows, { from, to, ...named });
      print(`  ${((to + 1) / 1e6).toFixed(1)} M rows`);
    }
    await knex.raw("SET maintenance_work_mem = '512MB'");
    for (const { definition } of indexes) await knex.raw(definition);
    print(`  ${indexes.length} indexes`);
    await knex.raw(insertRollUp);
    await knex.raw('VACUUM ANALYZE logs, usage_hourly');
    print('  roll-up and statistics');
  } finally {
    await knex.destroy();
  }
}

function constants({ rows, now, heavy, ordinary }) {
  return {
    rows,
    now,
    year: DAYS * DAY,
    oldRows: Math.floor(rows / 10),
    oldModel: OLD_MODEL,
    oldChannel: OLD_CHANNEL,
    heavyId: heavy.id,
    heavyName: heavy.username,
    ordinaryId: ordinary.id,
    ordinaryName: ordinary.username,
  };
}

// The factor spreads neighbouring numbers over everything.
const insertRows = `
  INSERT INTO logs (user_id, created_at, type, content, username, token_name, model_name, quota, prompt_tokens,
                    completion_tokens, channel_id, request_id, elapsed_time, is_stream, system_prompt_reset, token_id,
                    details)
  SELECT user_id,
         CAST(:now AS bigint) - CAST(:year AS bigint) + i * CAST(:year AS bigint) / CAST(:rows AS bigint),
         type,
         CASE type WHEN 1 THEN 'topped up ' || i / 1000 % 100
                   WHEN 6 THEN '503 no_channel_available: No channel serves this model now.'
                   ELSE '倍率：1.25 × 1.00 × 4.00' END,
         CASE user_id WHEN CAST(:heavyId AS bigint) THEN CAST(:heavyName AS text)
                      WHEN CAST(:ordinaryId AS bigint) THEN CAST(:ordinaryName AS text)
                      ELSE 'user' || user_id END,
         'token ' || user_id % 7,
         CASE WHEN i < CAST(:oldRows AS bigint) AND spread % 3 = 0 THEN CAST(:oldModel AS text) ELSE 'model-' || spread % 20 END,
         CASE type WHEN 2 THEN 1 + spread % 5000 ELSE 0 END,
         spread % 3000,
         spread % 900,
         CASE WHEN i < CAST(:oldRows AS bigint) AND spread % 4 = 0 THEN CAST(:oldChannel AS bigint) ELSE 1 + spread % 40 END,
         lpad(to_hex(i), 8, '0') || '-0000-7000-8000-000000000000',
         spread % 20000,
         i % 2 = 0,
         false,
         user_id * 10,
         '{"operation":"chat","priceSource":"price-book","configVersion":1,"firstByteMs":120,"nodeId":"relay-1"}'
    FROM (SELECT i, spread,
                 CASE WHEN i % 10 = 0 THEN CAST(:heavyId AS bigint)
                      WHEN spread % 2000 = 0 THEN CAST(:ordinaryId AS bigint)
                      ELSE 1000 + spread % 2000 END AS user_id,
                 CASE WHEN i % 1000 = 1 THEN 1 WHEN i % 200 = 7 THEN 6 ELSE 2 END AS type
            FROM (SELECT i, (i * 2654435761 % 4294967296) / 64 AS spread
                    FROM generate_series(CAST(:from AS bigint), CAST(:to AS bigint)) i) numbers) chosen`;

const insertRollUp = `
  INSERT INTO usage_hourly (hour, user_id, token_id, channel_id, model_name, requests, prompt_tokens,
                            completion_tokens, quota)
  SELECT created_at / 3600 * 3600, user_id, token_id, channel_id, model_name, count(*), sum(prompt_tokens),
         sum(completion_tokens), sum(quota)
    FROM logs WHERE type = 2 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`;
