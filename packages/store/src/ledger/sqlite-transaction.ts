import {
  addSpend,
  type AppliedUsage,
  type Balance,
  type Clock,
  type UsageEvent,
} from '@turnpike/core';
import { correctCharge, firstCharge, kindOf, REQUEST_RETENTION_MS, type Charge } from './charge.ts';
import { toLogRow } from './log-row.ts';
import { ROW_GROUP, type SqlValue } from './sqlite-row-writer.ts';
import { readApiToken, readUser, toBalance } from './sqlite-balances.ts';
import type { LedgerStatements, RequestValues } from './sqlite-statements.ts';
import { UsageSums, writeOffOf, type AccountSum } from './usage-sums.ts';

export interface LedgerTransactionSettings {
  clock: Clock;
  /** Whether log rows are written for usage (option `LogConsumeEnabled`); asked for each transaction. */
  isConsumptionLogged: () => boolean;
  /** Whether log rows go to a database of their own, by way of the outbox. */
  usesLogOutbox: boolean;
}

/** The work between BEGIN and COMMIT. Holds no state but its tools. */
export class LedgerTransaction {
  readonly #statements: LedgerStatements;
  readonly #settings: LedgerTransactionSettings;

  constructor(statements: LedgerStatements, settings: LedgerTransactionSettings) {
    this.#statements = statements;
    this.#settings = settings;
  }

  apply(events: readonly UsageEvent[]): AppliedUsage {
    const now = this.#settings.clock.now();
    const isLogged = this.#settings.isConsumptionLogged();
    const sums = new UsageSums();
    const due = events.filter((event) => event.at >= now - REQUEST_RETENTION_MS);
    const parked = events.length - due.length;
    if (parked > 0) {
      for (const event of events) if (!due.includes(event)) this.#park(event, now);
    }
    const charges = this.#claimAll(due, now, isLogged);
    for (const charge of charges) sums.add(charge);
    if (isLogged) this.#logAll(charges);
    const charged = charges.length;
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

  /** New requests are nearly all there are: they go in by groups, and only a group with a known one is looked at singly. */
  #claimAll(events: readonly UsageEvent[], now: number, isLogged: boolean): Charge[] {
    const charges: Charge[] = [];
    let at = 0;
    for (; at + ROW_GROUP <= events.length; at += ROW_GROUP) {
      const group = events.slice(at, at + ROW_GROUP);
      const values: SqlValue[] = [];
      for (const event of group) values.push(...requestRow(event, now, isLogged));
      if (this.#statements.requestRows.tryGroup(values)) {
        for (const event of group) charges.push(firstCharge(event));
      } else {
        this.#claimEach(group, now, isLogged, charges);
      }
    }
    this.#claimEach(events.slice(at), now, isLogged, charges);
    return charges;
  }

  #claimEach(
    events: readonly UsageEvent[],
    now: number,
    isLogged: boolean,
    charges: Charge[],
  ): void {
    for (const event of events) {
      const charge = this.#claim(event, now, isLogged);
      if (charge !== undefined) charges.push(charge);
    }
  }

  #claim(event: UsageEvent, now: number, isLogged: boolean): Charge | undefined {
    const { insertRequest, readRequest, correctRequest } = this.#statements;
    const { changes } = insertRequest.run(...requestRow(event, now, isLogged));
    if (changes === 1) return firstCharge(event);
    const known = readRequest.get(event.requestId);
    const charge = known && correctCharge(event, known);
    if (charge !== undefined) correctRequest.run(event.quota, event.requestId);
    return charge;
  }

  #logAll(charges: readonly Charge[]): void {
    if (this.#settings.usesLogOutbox) {
      for (const charge of charges) {
        this.#statements.insertOutbox.run(charge.key, JSON.stringify(toLogRow(charge)));
      }
      return;
    }
    const { logRows } = this.#statements;
    let at = 0;
    for (; at + ROW_GROUP <= charges.length; at += ROW_GROUP) {
      const values: SqlValue[] = [];
      for (let n = at; n < at + ROW_GROUP; n += 1) pushLogRow(values, charges[n] as Charge);
      logRows.writeGroup(values);
    }
    for (; at < charges.length; at += 1) {
      const values: SqlValue[] = [];
      pushLogRow(values, charges[at] as Charge);
      logRows.writeOne(values);
    }
  }

  #chargeUsers(sums: ReadonlyMap<number, AccountSum>, now: number): Balance[] {
    const { chargeUser, raiseUser, spendUser } = this.#statements;
    const balances: Balance[] = [];
    for (const sum of sums.values()) {
      const row = chargeUser.get(sum.quota, sum.quota, sum.requests, sum.id);
      if (row === undefined) continue;
      let balance = toBalance(row);
      if (balance.spend !== undefined) {
        balance.spend = addSpend(balance.spend, sum.spend);
        const { day, dayQuota, monthQuota } = balance.spend;
        spendUser.run(day, dayQuota, monthQuota, sum.id);
      }
      const deficit = writeOffOf(balance.quota, sum);
      if (deficit > 0) {
        this.#writeOff('user', sum, deficit, now);
        raiseUser.run(deficit, sum.id);
        balance = readUser(this.#statements, sum.id) ?? balance;
      }
      balances.push(balance);
    }
    return balances;
  }

  #chargeTokens(sums: ReadonlyMap<number, AccountSum>, now: number): Balance[] {
    const { chargeToken, raiseToken, spendToken } = this.#statements;
    const balances: Balance[] = [];
    for (const sum of sums.values()) {
      const row = chargeToken.get(sum.quota, sum.quota, sum.lastAt, sum.id);
      if (row === undefined) continue;
      let balance = toBalance(row);
      if (balance.spend !== undefined) {
        balance.spend = addSpend(balance.spend, sum.spend);
        const { day, dayQuota, monthQuota } = balance.spend;
        spendToken.run(day, dayQuota, monthQuota, sum.id);
      } else if (row.unlimited) {
        continue;
      }
      const deficit = row.unlimited ? 0 : writeOffOf(row.quota, sum);
      if (deficit > 0) {
        this.#writeOff('token', sum, deficit, now);
        raiseToken.run(deficit, sum.id);
        balance = readApiToken(this.#statements, sum.id) ?? balance;
      }
      balances.push(balance);
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

/** In the order of the columns of `requestRows`. */
function requestRow(event: UsageEvent, now: number, isLogged: boolean): RequestValues {
  return [
    event.requestId,
    event.quota,
    kindOf(event),
    Math.floor(now / 1000),
    isLogged ? Math.floor(event.at / 1000) : null,
    event.userId,
    event.apiTokenId,
  ];
}

/** In the order of the columns of `logRows`. */
function pushLogRow(values: SqlValue[], charge: Charge): void {
  const row = toLogRow(charge);
  values.push(
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
