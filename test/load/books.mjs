import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';

const binary = fileURLToPath(new URL('../../packages/server/bin/turnpike.mjs', import.meta.url));
const consume = 2;

/**
 * Reads what was charged from the database file itself, so that no answer of the gateway is trusted.
 *
 * @typedef {object} Books
 * @property {{ request_id: string, quota: number, user_id: number, token_name: string, channel_id: number }[]} logs
 * @property {Set<string>} requestIds ids of `usage_requests`
 * @property {Map<number, { quota: number, startQuota: number, usedQuota: number, requestCount: number }>} users
 * @property {Map<string, object>} tokens by name
 * @property {Map<number, { usedQuota: number }>} channels
 * @property {number} rollUpQuota
 *
 * @param {string} file
 * @param {{ userId: number, tokenName: string, startQuota: number, startTokenQuota: number }[]} accounts
 * @returns {Books}
 */
export function readBooks(file, accounts) {
  const database = new Database(file);
  try {
    const all = (sql, ...values) => database.prepare(sql).all(...values);
    const one = (sql, ...values) => database.prepare(sql).get(...values);
    const users = accounts.map(({ userId, startQuota }) => {
      const row = one('SELECT quota, used_quota, request_count FROM users WHERE id = ?', userId);
      const { quota, used_quota: usedQuota, request_count: requestCount } = row;
      return [userId, { quota, usedQuota, requestCount, startQuota }];
    });
    const tokens = accounts.map(({ tokenName, startTokenQuota }) => {
      const row = one(
        'SELECT remain_quota, used_quota, unlimited_quota FROM tokens WHERE name = ?',
        tokenName,
      );
      return [
        tokenName,
        {
          remainQuota: row.remain_quota,
          usedQuota: row.used_quota,
          isUnlimited: Boolean(row.unlimited_quota),
          startQuota: startTokenQuota,
        },
      ];
    });
    return {
      logs: all(
        'SELECT request_id, quota, user_id, token_name, channel_id FROM logs WHERE type = ?',
        consume,
      ),
      requestIds: new Set(
        all('SELECT request_id FROM usage_requests').map(({ request_id: id }) => id),
      ),
      users: new Map(users),
      tokens: new Map(tokens),
      channels: new Map(
        all('SELECT id, used_quota FROM channels').map((row) => [
          row.id,
          { usedQuota: row.used_quota },
        ]),
      ),
      rollUpQuota: one('SELECT coalesce(sum(quota), 0) AS sum FROM usage_hourly').sum,
    };
  } finally {
    database.close();
  }
}

/** Runs `turnpike verify-ledger`; resolves to what it found wrong. */
export async function verifyLedger(dataDir) {
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir, SESSION_SECRET: 'unused-here' };
  try {
    await promisify(execFile)(process.execPath, [binary, 'verify-ledger'], { env, cwd: dataDir });
    return [];
  } catch (error) {
    return [`verify-ledger ended with ${error.code}: ${error.stdout}${error.stderr}`];
  }
}

const mutations = {
  'a lost log row':
    'DELETE FROM logs WHERE id = (SELECT max(id) FROM logs WHERE type = 2 AND quota > 0)',
  'a request charged twice':
    'INSERT INTO logs (user_id, created_at, type, content, token_name, quota, channel_id, request_id) ' +
    'SELECT user_id, created_at, type, content, token_name, quota, channel_id, request_id ' +
    'FROM logs WHERE type = 2 ORDER BY id LIMIT 1',
  'an amount that is one unit too high':
    'UPDATE logs SET quota = quota + 1 WHERE id = (SELECT min(id) FROM logs WHERE type = 2)',
  'a user who paid one unit less': "UPDATE users SET quota = quota + 1 WHERE username = 'rich'",
  'a balance below zero': "UPDATE users SET quota = -1 WHERE username = 'poor'",
  'a token that counted too little':
    "UPDATE tokens SET used_quota = used_quota - 1 WHERE name = 'token-of-limited'",
  'a channel that counted too much':
    "UPDATE channels SET used_quota = used_quota + 1 WHERE name = 'first'",
  'a request that was never served':
    "UPDATE logs SET request_id = 'invented' WHERE id = (SELECT min(id) FROM logs WHERE type = 2)",
};

/** Applies each mutation to a copy of its own and returns those that the check did not notice. */
export function findUnnoticedMutations({ makeCopy, check }) {
  const unnoticed = [];
  for (const [name, sql] of Object.entries(mutations)) {
    const copy = makeCopy();
    const database = new Database(copy);
    const { changes } = database.prepare(sql).run();
    database.close();
    if (changes === 0) unnoticed.push(`the mutation "${name}" changed nothing`);
    else if (check(copy).length === 0) unnoticed.push(`the check does not notice ${name}`);
  }
  return unnoticed;
}
