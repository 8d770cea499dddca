import Sqlite from 'better-sqlite3';
import type { AppliedUsage, Balance, Clock, LedgerRepository, UsageEvent } from '@turnpike/core';
import type { SqliteSynchronous } from '../connect.ts';
import { errorCodeOf } from '../dialects/dialect.ts';
import { pause } from '../dialects/retry-transaction.ts';
import {
  checkQuota,
  correctCharge,
  firstCharge,
  kindOf,
  REQUEST_RETENTION_MS,
  type Charge,
} from '../ledger/charge.ts';
import { toLogRow } from '../ledger/log-row.ts';
import { prepareLedgerStatements, type LedgerStatements } from '../ledger/sqlite-statements.ts';
import { UsageSums, writeOffOf, type AccountSum } from '../ledger/usage-sums.ts';

export interface SqliteLedgerSettings {
  file: string;
  synchronous: SqliteSynchronous;
  busyTimeoutMs: number;
  clock: Clock;
  /** Whether log rows are written for usage (option `LogConsumeEnabled`); asked for each transaction. */
  isConsumptionLogged: () => boolean;
  /** Whether log rows go to a database of their own, by way of the outbox. */
  usesLogOutbox: boolean;
  /** Everything that is not the hot path. */
  fallback: Pick<LedgerRepository, 'addQuota' | 'setQuota' | 'verify'>;
}

/**
 * The ledger of one process on SQLite: the same promises as `createLedgerRepository`, with prepared statements on a
 * connection of its own, because every answer waits for it.
 */
export function openSqliteLedger(
  settings: SqliteLedgerSettings,
): LedgerRepository & { close(): void } {
  const db = new Sqlite(settings.file, { timeout: 0, fileMustExist: true });
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${settings.synchronous}`);
  db.pragma('foreign_keys = OFF');
  const statements = prepareLedgerStatements(db);
  const transaction = new LedgerTransaction(statements, settings);

  return {
    async applyUsage(events) {
      for (const event of events) checkQuota(event);
      const wait = createWait(settings.busyTimeoutMs);
      // Nothing may come between a begin and its commit, so only the failure is waited for.
      for (let failure = begin(statements); failure !== undefined; failure = begin(statements)) {
        await wait(failure);
      }
      try {
        const applied = transaction.apply(events);
        statements.commit.run();
        return applied;
      } catch (error) {
        if (db.inTransaction) statements.rollback.run();
        throw error;
      }
    },

    readBalances: (userIds, apiTokenIds) =>
      Promise.resolve({
        users: readAll(userIds, (id) => readUser(statements, id)),
        apiTokens: readAll(apiTokenIds, (id) => readApiToken(statements, id)),
      }),

    addQuota: (entry) => settings.fallback.addQuota(entry),
    setQuota: (account, quota, reason, options) =>
      settings.fallback.setQuota(account, quota, reason, options),
    verify: () => settings.fallback.verify(),

    close() {
      db.close();
    },
  };
}

/** The work between BEGIN and COMMIT. Holds no state but its tools. */
class LedgerTransaction {
  readonly #statements: LedgerStatements;
  readonly #settings: SqliteLedgerSettings;

  constructor(statements: LedgerStatements, settings: SqliteLedgerSettings) {
    this.#statements = statements;
    this.#settings = settings;
  }

  apply(events: readonly UsageEvent[]): AppliedUsage {
    const now = this.#settings.clock.now();
    const isLogged = this.#settings.isConsumptionLogged();
    const sums = new UsageSums();
    let charged = 0;
    let parked = 0;
    for (const event of events) {
      if (event.at < now - REQUEST_RETENTION_MS) {
        this.#park(event, now);
        parked += 1;
        continue;
      }
      const charge = this.#claim(event, now, isLogged);
      if (charge === undefined) continue;
      charged += 1;
      sums.add(charge);
      if (isLogged) this.#log(charge);
    }
    const users = this.#chargeUsers(sums.users, now);
    const apiTokens = this.#chargeTokens(sums.apiTokens, now);
    for (const { id, quota } of sums.channels.values()) {
      this.#statements.chargeChannel.run(quota, id);
    }
    for (const row of sums.rollUp.values()) {
      this.#statements.addToRollUp.run(
        row.hour,
        row.user_id,
        row.token_id,
        row.channel_id,
        row.model_name,
        row.requests,
        row.prompt_tokens,
        row.completion_tokens,
        row.quota,
      );
    }
    const repeated = events.length - charged - parked;
    if (repeated + parked > 0) this.#addUntouched(events, sums, users, apiTokens);
    return { charged, repeated, users, apiTokens };
  }

  #claim(event: UsageEvent, now: number, isLogged: boolean): Charge | undefined {
    const { insertRequest, readRequest, correctRequest } = this.#statements;
    const { changes } = insertRequest.run(
      event.requestId,
      event.quota,
      kindOf(event),
      Math.floor(now / 1000),
      isLogged ? Math.floor(event.at / 1000) : null,
    );
    if (changes === 1) return firstCharge(event);
    const known = readRequest.get(event.requestId);
    const charge = known && correctCharge(event, known);
    if (charge !== undefined) correctRequest.run(event.quota, event.requestId);
    return charge;
  }

  #log(charge: Charge): void {
    const row = toLogRow(charge);
    if (this.#settings.usesLogOutbox) {
      this.#statements.insertOutbox.run(charge.key, JSON.stringify(row));
      return;
    }
    this.#statements.insertLog.run(
      row.user_id,
      row.created_at,
      row.type,
      row.content,
      row.username,
      row.token_name,
      row.model_name,
      row.quota,
      row.prompt_tokens,
      row.completion_tokens,
      row.channel_id,
      row.request_id,
      row.elapsed_time,
      row.is_stream ? 1 : 0,
      row.system_prompt_reset ? 1 : 0,
      row.token_id,
      row.details,
    );
  }

  #chargeUsers(sums: ReadonlyMap<number, AccountSum>, now: number): Balance[] {
    const { chargeUser, raiseUser, readUser } = this.#statements;
    const balances: Balance[] = [];
    for (const sum of sums.values()) {
      let balance = chargeUser.get(sum.quota, sum.quota, sum.requests, sum.id);
      if (balance === undefined) continue;
      const deficit = writeOffOf(balance.quota, sum);
      if (deficit > 0) {
        this.#writeOff('user', sum, deficit, now);
        raiseUser.run(deficit, sum.id);
        balance = readUser.get(sum.id) ?? balance;
      }
      balances.push(balance);
    }
    return balances;
  }

  #chargeTokens(sums: ReadonlyMap<number, AccountSum>, now: number): Balance[] {
    const { chargeToken, raiseToken, readToken } = this.#statements;
    const balances: Balance[] = [];
    for (const sum of sums.values()) {
      let row = chargeToken.get(sum.quota, sum.quota, sum.lastAt, sum.id);
      if (row === undefined || row.unlimited) continue;
      const deficit = writeOffOf(row.quota, sum);
      if (deficit > 0) {
        this.#writeOff('token', sum, deficit, now);
        raiseToken.run(deficit, sum.id);
        row = readToken.get(sum.id) ?? row;
      }
      balances.push({ id: row.id, quota: row.quota, version: row.version });
    }
    return balances;
  }

  #writeOff(kind: 'user' | 'token', { id, hardKey }: AccountSum, delta: number, now: number): void {
    const reference = `write-off:${kind}:${hardKey}`;
    this.#statements.insertEntry.run(
      kind,
      id,
      delta,
      'write-off',
      reference,
      Math.floor(now / 1000),
    );
  }

  #park(event: UsageEvent, now: number): void {
    const parkedAt = Math.floor(now / 1000);
    this.#statements.park.run(event.requestId, 'too-old', JSON.stringify(event), parkedAt);
  }

  /** Balances of accounts whose events had all been charged before. */
  #addUntouched(
    events: readonly UsageEvent[],
    sums: UsageSums,
    users: Balance[],
    apiTokens: Balance[],
  ): void {
    const seenUsers = new Set(sums.users.keys());
    const seenTokens = new Set(sums.apiTokens.keys());
    for (const { userId, apiTokenId } of events) {
      const user = seenUsers.has(userId) ? undefined : readUser(this.#statements, userId);
      if (user !== undefined) users.push(user);
      seenUsers.add(userId);
      const apiToken = seenTokens.has(apiTokenId)
        ? undefined
        : readApiToken(this.#statements, apiTokenId);
      if (apiToken !== undefined) apiTokens.push(apiToken);
      seenTokens.add(apiTokenId);
    }
  }
}

function readUser({ readUser: statement }: LedgerStatements, id: number): Balance | undefined {
  return statement.get(id);
}

function readApiToken({ readToken }: LedgerStatements, id: number): Balance | undefined {
  const row = readToken.get(id);
  if (row === undefined || row.unlimited) return undefined;
  return { id: row.id, quota: row.quota, version: row.version };
}

function readAll(ids: readonly number[], read: (id: number) => Balance | undefined): Balance[] {
  const balances: Balance[] = [];
  for (const id of ids) {
    const balance = read(id);
    if (balance !== undefined) balances.push(balance);
  }
  return balances;
}

/** Undefined where it succeeded; else why the write lock is not free. */
function begin({ begin: statement }: LedgerStatements): unknown {
  try {
    statement.run();
    return undefined;
  } catch (error) {
    if (!errorCodeOf(error).startsWith('SQLITE_BUSY')) throw error;
    return error;
  }
}

/**
 * Waits for the write lock without blocking: its holder may be a transaction of the other connection of this process,
 * which needs the event loop to come to its end. It takes a few turns of the loop; other processes take longer.
 */
function createWait(busyTimeoutMs: number): (failure: unknown) => Promise<void> {
  const startedAt = performance.now();
  let turns = 0;
  return async (failure) => {
    if (performance.now() - startedAt > busyTimeoutMs) throw failure;
    turns += 1;
    if (turns > 50) return pause(2);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  };
}
