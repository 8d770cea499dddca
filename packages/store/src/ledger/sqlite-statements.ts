import { SqliteRowWriter } from './sqlite-row-writer.ts';
import type Sqlite from 'better-sqlite3';

type Database = Sqlite.Database;
type Statement<Parameters extends unknown[], Row = unknown> = Sqlite.Statement<Parameters, Row>;

/** A balance, and the columns of what was spent, which are null without a budget. */
export interface BalanceRow {
  id: number;
  quota: number;
  version: number;
  spend_day: number | null;
  day_spend: number;
  month_spend: number;
}

interface TokenBalance extends BalanceRow {
  unlimited: number;
}

/** A row of `usage_requests`, in the order of {@link requestColumns}. */
export type RequestValues = [
  requestId: string,
  charged: number,
  kind: string,
  appliedAt: number,
  loggedAt: number | null,
  userId: number,
  apiTokenId: number,
];

const requestColumns = [
  'request_id',
  'charged',
  'kind',
  'applied_at',
  'logged_at',
  'user_id',
  'token_id',
] as const;

/** Every statement of the hot path, prepared once. */
export interface LedgerStatements {
  begin: Statement<[]>;
  commit: Statement<[]>;
  rollback: Statement<[]>;
  insertRequest: Statement<RequestValues>;
  readRequest: Statement<[requestId: string], { charged: number; kind: string }>;
  correctRequest: Statement<[charged: number, requestId: string]>;
  /** Plain inserts of several rows: throws where one of the ids is known. */
  requestRows: SqliteRowWriter;
  logRows: SqliteRowWriter;
  insertOutbox: Statement<[entryKey: string, logRow: string]>;
  chargeUser: Statement<[quota: number, used: number, requests: number, id: number], BalanceRow>;
  raiseUser: Statement<[delta: number, id: number]>;
  readUser: Statement<[id: number], BalanceRow>;
  spendUser: Statement<[day: number, ofDay: number, ofMonth: number, id: number]>;
  chargeToken: Statement<
    [quota: number, used: number, accessedAt: number, id: number],
    TokenBalance
  >;
  raiseToken: Statement<[delta: number, id: number]>;
  readToken: Statement<[id: number], TokenBalance>;
  spendToken: Statement<[day: number, ofDay: number, ofMonth: number, id: number]>;
  chargeChannel: Statement<[quota: number, id: number]>;
  addToRollUp: Statement<(string | number)[]>;
  insertEntry: Statement<
    [kind: string, id: number, delta: number, reason: string, reference: string, at: number]
  >;
  park: Statement<[requestId: string, reason: string, event: string, parkedAt: number]>;
}

const SPEND = 'spend_day, day_spend, month_spend';
const USER = `id, COALESCE(quota, 0) AS quota, COALESCE(quota_version, 0) AS version, ${SPEND}`;
const SET_SPEND = 'SET spend_day = ?, day_spend = ?, month_spend = ? WHERE id = ?';
const TOKEN = `id, COALESCE(remain_quota, 0) AS quota, COALESCE(quota_version, 0) AS version,
               COALESCE(unlimited_quota, 0) AS unlimited, ${SPEND}`;
const NEXT_VERSION = 'quota_version = COALESCE(quota_version, 0) + 1';

export function prepareLedgerStatements(db: Database): LedgerStatements {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    insertRequest: db.prepare(
      `INSERT INTO usage_requests (${requestColumns.join(', ')})
       VALUES (${requestColumns.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`,
    ),
    readRequest: db.prepare('SELECT charged, kind FROM usage_requests WHERE request_id = ?'),
    correctRequest: db.prepare(
      "UPDATE usage_requests SET charged = ?, kind = 'real' WHERE request_id = ?",
    ),
    requestRows: new SqliteRowWriter(db, 'usage_requests', requestColumns),
    logRows: new SqliteRowWriter(db, 'logs', [
      'user_id',
      'created_at',
      'type',
      'content',
      'username',
      'token_name',
      'model_name',
      'quota',
      'prompt_tokens',
      'completion_tokens',
      'channel_id',
      'request_id',
      'elapsed_time',
      'is_stream',
      'system_prompt_reset',
      'token_id',
      'details',
    ]),
    insertOutbox: db.prepare('INSERT INTO log_outbox (entry_key, log_row) VALUES (?, ?)'),
    chargeUser: db.prepare(
      `UPDATE users SET quota = COALESCE(quota, 0) - ?, used_quota = COALESCE(used_quota, 0) + ?,
                        request_count = COALESCE(request_count, 0) + ?, ${NEXT_VERSION}
        WHERE id = ? RETURNING ${USER}`,
    ),
    raiseUser: db.prepare(`UPDATE users SET quota = quota + ?, ${NEXT_VERSION} WHERE id = ?`),
    readUser: db.prepare(`SELECT ${USER} FROM users WHERE id = ?`),
    spendUser: db.prepare(`UPDATE users ${SET_SPEND}`),
    chargeToken: db.prepare(
      `UPDATE tokens SET remain_quota = CASE WHEN COALESCE(unlimited_quota, 0) THEN remain_quota
                                             ELSE COALESCE(remain_quota, 0) - ? END,
                         used_quota = COALESCE(used_quota, 0) + ?,
                         accessed_time = MAX(COALESCE(accessed_time, 0), ?), ${NEXT_VERSION}
        WHERE id = ? RETURNING ${TOKEN}`,
    ),
    raiseToken: db.prepare(
      `UPDATE tokens SET remain_quota = remain_quota + ?, ${NEXT_VERSION} WHERE id = ?`,
    ),
    readToken: db.prepare(`SELECT ${TOKEN} FROM tokens WHERE id = ?`),
    spendToken: db.prepare(`UPDATE tokens ${SET_SPEND}`),
    chargeChannel: db.prepare(
      'UPDATE channels SET used_quota = COALESCE(used_quota, 0) + ? WHERE id = ?',
    ),
    addToRollUp: db.prepare<(string | number)[]>(
      `INSERT INTO usage_hourly (hour, user_id, token_id, channel_id, model_name, requests,
                                 prompt_tokens, completion_tokens, quota)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
                                 prompt_tokens = prompt_tokens + excluded.prompt_tokens,
                                 completion_tokens = completion_tokens + excluded.completion_tokens,
                                 quota = quota + excluded.quota`,
    ),
    insertEntry: db.prepare(
      `INSERT INTO quota_entries (account_kind, account_id, delta, reason, reference, created_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    park: db.prepare(
      `INSERT INTO parked_usage (request_id, reason, event, parked_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
  };
}
