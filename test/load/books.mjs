import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import knexFactory from 'knex';

const binary = fileURLToPath(new URL('../../packages/server/bin/turnpike.mjs', import.meta.url));
const consume = 2;

/**
 * A connection to the database of a gateway, past the gateway: SQLite by its file, others by their DSN.
 *
 * @param {{ sqlitePath?: string, dsn?: string }} place
 */
export function openBooks({ sqlitePath, dsn }) {
  if (sqlitePath !== undefined)
    return knexFactory({
      client: 'better-sqlite3',
      connection: { filename: sqlitePath },
      useNullAsDefault: true,
    });
  const client = dsn.startsWith('postgres') ? 'pg' : 'mysql2';
  // Tests take databases away: what a lost connection has to say is no news.
  const log = { warn() {}, error() {}, deprecate() {}, debug() {} };
  return knexFactory({ client, connection: dsn, pool: { min: 0, max: 4 }, log });
}

/**
 * Reads what was charged from the tables themselves, so that no answer of the gateway is trusted.
 *
 * @typedef {object} Books
 * @property {LogRow[]} logs rows of charges; those of `expired` and `recovered` events are `isAssumed`
 * @property {Map<string, { charged: number, kind: 'real' | 'expired' | 'recovered' }>} requests `usage_requests`
 * @property {Refund[]} refunds of these users, and of these tokens
 * @property {Map<number, object>} users by id; `granted`: the sum of ledger entries that are neither usage nor written off
 *   nor refunded
 * @property {Map<string, object>} tokens by name
 * @property {Map<number, { usedQuota: number }>} channels
 * @property {number} rollUpQuota
 *
 * @typedef {{ request_id: string, quota: number, user_id: number, token_name: string, channel_id: number,
 *   isAssumed: boolean }} LogRow
 *
 * @typedef {{ requestId: string, kind: 'user' | 'token', accountId: number, quota: number }} Refund
 *
 * @param {import('knex').Knex} connection
 * @param {{ userId: number, apiTokenId?: number, tokenName: string, startQuota?: number }[]} accounts whose balances are looked at; with
 *   `startQuota` nobody changed the balance since
 * @returns {Promise<Books>}
 */
export async function readBooks(connection, accounts) {
  const entries = await connection('quota_entries').select(
    ...['account_kind', 'account_id', 'delta', 'reason', 'reference'],
  );
  const grants = (kind, id) => sumGrants(entries, kind, Number(id));
  const startOf = new Map(accounts.map((account) => [account.userId, account]));
  const userRows = await connection('users').whereIn(
    'id',
    accounts.map(({ userId }) => userId),
  );
  const tokenRows = await connection('tokens').whereIn(
    'name',
    accounts.map(({ tokenName }) => tokenName),
  );
  const channelRows = await connection('channels').select('id', 'used_quota');
  const requestRows = await connection('usage_requests');
  const [rollUp] = await connection('usage_hourly').sum({ total: 'quota' });
  return {
    logs: await readLogs(connection),
    requests: new Map(
      requestRows.map((row) => [row.request_id, { charged: Number(row.charged), kind: row.kind }]),
    ),
    refunds: listRefunds(entries, accounts),
    users: new Map(
      userRows.map((row) => [
        Number(row.id),
        {
          quota: Number(row.quota),
          usedQuota: Number(row.used_quota),
          requestCount: Number(row.request_count),
          startQuota: startOf.get(Number(row.id)).startQuota,
          ...grants('user', row.id),
        },
      ]),
    ),
    tokens: new Map(
      tokenRows.map((row) => [
        row.name,
        {
          remainQuota: Number(row.remain_quota),
          usedQuota: Number(row.used_quota),
          isUnlimited: Boolean(row.unlimited_quota),
          ...grants('token', row.id),
        },
      ]),
    ),
    channels: new Map(
      channelRows.map((row) => [Number(row.id), { usedQuota: Number(row.used_quota) }]),
    ),
    rollUpQuota: Number(rollUp.total ?? 0),
  };
}

/** What the ledger says besides usage: given and taken by people, and given up because a hard budget was used up. */
function sumGrants(entries, kind, id) {
  const sums = { granted: 0, writtenOff: 0, refunded: 0 };
  for (const entry of entries) {
    if (entry.account_kind !== kind || Number(entry.account_id) !== id) continue;
    sums[sumNames[entry.reason] ?? 'granted'] += Number(entry.delta);
  }
  return sums;
}

const sumNames = { 'write-off': 'writtenOff', refund: 'refunded' };

/** Entries that reverse the charge of one request; their reference names it. */
function listRefunds(entries, accounts) {
  const own = new Set(
    accounts.flatMap(({ userId, apiTokenId }) => [`user ${userId}`, `token ${apiTokenId}`]),
  );
  return entries
    .filter(({ reason }) => reason === 'refund')
    .map((entry) => ({
      requestId: entry.reference.replace(/^refund:(user|token):/, ''),
      kind: entry.account_kind,
      accountId: Number(entry.account_id),
      quota: Number(entry.delta),
    }))
    .filter(({ kind, accountId }) => own.has(`${kind} ${accountId}`));
}

async function readLogs(connection) {
  const rows = await connection('logs')
    .select('request_id', 'quota', 'user_id', 'token_name', 'channel_id', 'details')
    .where({ type: consume });
  return rows.map(({ details, ...row }) => ({
    ...row,
    quota: Number(row.quota),
    user_id: Number(row.user_id),
    channel_id: Number(row.channel_id),
    isAssumed: /"endState":"(expired|recovered)"/.test(details ?? ''),
  }));
}

/** Runs `turnpike verify-ledger` with these variables; resolves to what it found wrong. */
export async function verifyLedger({ cwd, env }) {
  const all = { PATH: process.env.PATH, SESSION_SECRET: 'unused-here', ...env };
  try {
    await promisify(execFile)(process.execPath, [binary, 'verify-ledger'], { env: all, cwd });
    return [];
  } catch (error) {
    return [`verify-ledger ended with ${error.code}: ${error.stdout}${error.stderr}`];
  }
}

/** The innermost query is a table of its own, because MySQL does not read the table that it changes. */
const logRow = (which, condition = '') =>
  `(SELECT id FROM (SELECT ${which}(id) AS id FROM logs WHERE type = 2 AND user_id = :user ${condition}) AS chosen)`;

const mutations = {
  'a lost log row': `DELETE FROM logs WHERE id = ${logRow('max', 'AND quota > 0')}`,
  'a request charged twice':
    'INSERT INTO logs (user_id, created_at, type, content, token_name, quota, channel_id, request_id) ' +
    'SELECT user_id, created_at, type, content, token_name, quota, channel_id, request_id ' +
    `FROM logs WHERE id = ${logRow('min', 'AND quota > 0')}`,
  'an amount that is one unit too high': `UPDATE logs SET quota = quota + 1 WHERE id = ${logRow('min')}`,
  'a user who paid one unit less': 'UPDATE users SET quota = quota + 1 WHERE id = :user',
  'a balance below zero': 'UPDATE users SET quota = -1 WHERE id = :lastUser',
  'a token that counted too little':
    'UPDATE tokens SET used_quota = used_quota - 1 WHERE name = :token',
  'a channel that counted too much':
    "UPDATE channels SET used_quota = used_quota + 1 WHERE name = 'first'",
  'a request that was never served': `UPDATE logs SET request_id = 'invented' WHERE id = ${logRow('min')}`,
};

const refundMutations = {
  'a refund that is one unit too high':
    "UPDATE quota_entries SET delta = delta + 1 WHERE reason = 'refund' AND account_kind = 'user' AND account_id = :user",
  'a refund of a request that was never charged':
    "UPDATE quota_entries SET reference = CONCAT(reference, 'x') WHERE reason = 'refund' AND account_kind = 'user' AND account_id = :user",
};

/**
 * Makes the books wrong in each way that must be noticed, inside a transaction that is undone, and returns what the
 * check did not notice.
 *
 * @param {{ connection: import('knex').Knex, accounts: { userId: number, tokenName: string }[],
 *   check: (books: Books) => string[] }} options
 * @returns {Promise<string[]>}
 */
export async function findUnnoticedMutations({ connection, accounts, check }) {
  const names = {
    user: accounts[0].userId,
    lastUser: accounts.at(-1).userId,
    token: accounts[0].tokenName,
  };
  const unnoticed = [];
  const { refunds } = await readBooks(connection, accounts);
  const hasRefunds = refunds.some(
    ({ kind, accountId }) => kind === 'user' && accountId === names.user,
  );
  const all = hasRefunds ? { ...mutations, ...refundMutations } : mutations;
  for (const [name, sql] of Object.entries(all)) {
    const transaction = await connection.transaction();
    try {
      const before = JSON.stringify(toPlain(await readBooks(transaction, accounts)));
      const used = Object.entries(names).filter(([key]) => sql.includes(`:${key}`));
      await transaction.raw(sql, Object.fromEntries(used));
      const books = await readBooks(transaction, accounts);
      if (JSON.stringify(toPlain(books)) === before)
        unnoticed.push(`the mutation "${name}" changed nothing`);
      else if (check(books).length === 0) unnoticed.push(`the check does not notice ${name}`);
    } finally {
      await transaction.rollback();
    }
  }
  return unnoticed;
}

function toPlain(books) {
  return Object.values(books).map((value) => (value instanceof Map ? [...value] : value));
}
