import {
  completionTokensOf,
  hasBudget,
  promptTokensOf,
  type AppliedUsage,
  type Balance,
  type Clock,
  type LedgerRepository,
  type PeriodSpend,
  type RequestLimits,
  type Reservation,
  type ReserveRefusal,
  type ReserveResult,
  type UsageEvent,
} from '@turnpike/core';
import { budgetsLeft } from './budgets-left.ts';
import { EntryTable } from './entry-table.ts';
import { InProcessLimits } from './in-process-limits.ts';
import type { SettlingLedger } from './settling-ledger.ts';

/** A balance as last read or committed, and what is set aside of it. */
interface Account {
  quota: number;
  version: number;
  /** Of an account with a budget for a day or a month. */
  spend: PeriodSpend | undefined;
  pending: number;
}

/** One open entry. `amount` moves away from the reservation's with `extend` and `settle`. */
interface Entry {
  reservation: Reservation;
  amount: number;
  isSettled: boolean;
}

/** Accounts kept in memory beyond this are dropped, least recently loaded first, unless something is pending. */
const MAX_ACCOUNTS = 200_000;

export interface InProcessLedgerDeps {
  ledgerRepository: Pick<LedgerRepository, 'readBalances'>;
  clock: Clock;
  /** Whether what is reserved now can be charged later. */
  hasRoom: () => boolean;
}

/** The ledger's reservations in this process, with balances read through from the database. */
export class InProcessLedger implements SettlingLedger {
  readonly #repository: InProcessLedgerDeps['ledgerRepository'];
  readonly #users = new Map<number, Account>();
  readonly #apiTokens = new Map<number, Account>();
  readonly #open = new EntryTable<Entry>();
  readonly #limits: InProcessLimits;
  readonly #clock: Clock;
  readonly #hasRoom: () => boolean;
  #held = 0;

  constructor(deps: InProcessLedgerDeps) {
    this.#repository = deps.ledgerRepository;
    this.#limits = new InProcessLimits(deps);
    this.#clock = deps.clock;
    this.#hasRoom = deps.hasRoom;
  }

  /** Requests whose outcome is not known yet. */
  get heldCount(): number {
    return this.#held;
  }

  reserve(reservation: Reservation): ReserveResult | Promise<ReserveResult> {
    if (!this.#hasRoom()) return { allowed: false, reason: 'no-room' };
    const { userId, apiTokenId } = reservation;
    const isAtToken = countsAtToken(reservation);
    if (this.#users.has(userId) && (!isAtToken || this.#apiTokens.has(apiTokenId)))
      return this.#reserveLoaded(reservation);
    return this.#loadAndReserve(reservation, isAtToken);
  }

  async #loadAndReserve(reservation: Reservation, isAtToken: boolean): Promise<ReserveResult> {
    await this.#load([reservation.userId], isAtToken ? [reservation.apiTokenId] : []);
    return this.#reserveLoaded(reservation);
  }

  #reserveLoaded(reservation: Reservation): ReserveResult {
    const { requestId, userId, amount } = reservation;
    const user = this.#users.get(userId);
    const apiToken = this.#apiTokenOf(reservation);
    if (user === undefined || (apiToken === undefined && countsAtToken(reservation)))
      return { allowed: false, reason: 'not-loaded' };

    const existing = this.#open.get(requestId);
    if (existing !== undefined)
      return {
        allowed: true,
        reservation: existing.reservation,
        available: this.#availableOf(reservation, user, apiToken),
      };

    const refusal =
      this.#limits.refuse(reservation) ??
      refuse(reservation, user, apiToken) ??
      this.#refuseByBudget(reservation, user, apiToken);
    if (refusal !== undefined) return refusal;
    this.#limits.begin(reservation);
    user.pending += amount;
    if (apiToken !== undefined) apiToken.pending += amount;
    this.#open.set(requestId, { reservation, amount, isSettled: false });
    this.#held += 1;
    const available = this.#availableOf(reservation, user, apiToken);
    const rateLimits = this.#limits.figures(reservation);
    return rateLimits === undefined
      ? { allowed: true, reservation, available }
      : { allowed: true, reservation, available, rateLimits };
  }

  extend(requestId: string, amount: number): Promise<{ granted: number }> {
    const entry = this.#open.get(requestId);
    if (entry === undefined || entry.isSettled) return Promise.resolve({ granted: 0 });
    const user = this.#users.get(entry.reservation.userId);
    if (user === undefined) return Promise.resolve({ granted: 0 });
    const { reservation } = entry;
    const left = this.#availableOf(reservation, user, this.#apiTokenOf(reservation));
    const granted = Math.max(0, Math.min(amount, left));
    this.#change(entry, granted);
    return Promise.resolve({ granted });
  }

  settle(events: readonly UsageEvent[]): Promise<void> {
    for (const { requestId, quota, usage } of events) {
      const entry = this.#open.get(requestId);
      if (entry === undefined || entry.isSettled) continue;
      this.#change(entry, quota - entry.amount);
      entry.isSettled = true;
      this.#held -= 1;
      this.#limits.end(entry.reservation, promptTokensOf(usage) + completionTokensOf(usage));
    }
    return Promise.resolve();
  }

  release(requestId: string): Promise<void> {
    const entry = this.#open.get(requestId);
    if (entry === undefined || entry.isSettled) return Promise.resolve();
    this.#limits.end(entry.reservation, 0);
    this.#remove(entry);
    return Promise.resolve();
  }

  /** After the commit: entries of the events are removed, newer balances taken over. */
  absorb(events: readonly UsageEvent[], applied: AppliedUsage): Promise<void> {
    for (const balance of applied.users) takeOver(this.#users, balance);
    for (const balance of applied.apiTokens) takeOver(this.#apiTokens, balance);
    for (const event of events) {
      const entry = this.#open.get(event.requestId);
      if (entry === undefined) continue;
      if (!entry.isSettled) this.#limits.end(entry.reservation, entry.reservation.tokens);
      this.#remove(entry);
    }
    return Promise.resolve();
  }

  /** Reads the accounts afresh before it resolves; an account nobody uses now is just forgotten. */
  async invalidate(accounts: {
    userIds?: readonly number[];
    apiTokenIds?: readonly number[];
  }): Promise<void> {
    const userIds = (accounts.userIds ?? []).filter((id) => this.#forgetIfIdle(this.#users, id));
    const apiTokenIds = (accounts.apiTokenIds ?? []).filter((id) =>
      this.#forgetIfIdle(this.#apiTokens, id),
    );
    if (userIds.length + apiTokenIds.length > 0) await this.#load(userIds, apiTokenIds);
  }

  openEntries(): Promise<{ count: number; amount: number }> {
    let amount = 0;
    for (const entry of this.#open.values()) amount += entry.amount;
    return Promise.resolve({ count: this.#open.size, amount });
  }

  /** True where something is pending, so that the account has to be read again. */
  #forgetIfIdle(accounts: Map<number, Account>, id: number): boolean {
    const account = accounts.get(id);
    if (account === undefined) return false;
    if (account.pending !== 0) return true;
    accounts.delete(id);
    return false;
  }

  async #load(userIds: readonly number[], apiTokenIds: readonly number[]): Promise<void> {
    const balances = await this.#repository.readBalances(userIds, apiTokenIds);
    for (const balance of balances.users) takeOver(this.#users, balance);
    for (const balance of balances.apiTokens) takeOver(this.#apiTokens, balance);
    trim(this.#users);
    trim(this.#apiTokens);
  }

  #change(entry: Entry, delta: number): void {
    entry.amount += delta;
    addPending(this.#users.get(entry.reservation.userId), delta);
    addPending(this.#apiTokenOf(entry.reservation), delta);
  }

  /** Undefined where nothing is counted at the token. */
  #apiTokenOf(reservation: Reservation): Account | undefined {
    return countsAtToken(reservation) ? this.#apiTokens.get(reservation.apiTokenId) : undefined;
  }

  /** What balances and budgets of both still pay. */
  #availableOf(reservation: Reservation, user: Account, apiToken: Account | undefined): number {
    const { unlimitedToken, userLimits, apiTokenLimits } = reservation;
    const ofUser = Math.min(user.quota - user.pending, this.#budgetOf(user, userLimits));
    if (apiToken === undefined) return ofUser;
    const ofToken = unlimitedToken ? Infinity : apiToken.quota - apiToken.pending;
    return Math.min(ofUser, ofToken, this.#budgetOf(apiToken, apiTokenLimits));
  }

  #budgetOf(account: Account, limits: RequestLimits | undefined): number {
    return hasBudget(limits) ? budgetsLeft(limits, account, this.#clock.now()).available : Infinity;
  }

  #refuseByBudget(
    { amount, userLimits, apiTokenLimits }: Reservation,
    user: Account,
    apiToken: Account | undefined,
  ): ReserveRefusal | undefined {
    return (
      this.#refuseByBudgetOf('user', user, userLimits, amount) ??
      (apiToken && this.#refuseByBudgetOf('token', apiToken, apiTokenLimits, amount))
    );
  }

  #refuseByBudgetOf(
    scope: 'user' | 'token',
    account: Account,
    limits: RequestLimits | undefined,
    amount: number,
  ): ReserveRefusal | undefined {
    if (!hasBudget(limits)) return undefined;
    const left = budgetsLeft(limits, account, this.#clock.now());
    if (left.available >= amount) return undefined;
    const available = Math.max(0, left.available);
    return { allowed: false, reason: 'budget', scope, ...left, available };
  }

  #remove(entry: Entry): void {
    this.#open.delete(entry.reservation.requestId);
    if (!entry.isSettled) this.#held -= 1;
    this.#change(entry, -entry.amount);
  }
}

/** Whether what is open is counted at the token: where its balance or its budget is limited. */
function countsAtToken({ unlimitedToken, apiTokenLimits }: Reservation): boolean {
  return !unlimitedToken || hasBudget(apiTokenLimits);
}

function refuse(
  { amount, unlimitedToken }: Reservation,
  user: Account,
  apiToken: Account | undefined,
): ReserveRefusal | undefined {
  if (apiToken !== undefined && !unlimitedToken) {
    const ofToken = apiToken.quota - apiToken.pending;
    if (ofToken < amount)
      return { allowed: false, reason: 'token-quota', available: Math.max(0, ofToken) };
  }
  const ofUser = user.quota - user.pending;
  return ofUser < amount
    ? { allowed: false, reason: 'user-quota', available: Math.max(0, ofUser) }
    : undefined;
}

function addPending(account: Account | undefined, delta: number): void {
  if (account !== undefined) account.pending += delta;
}

/** Balances only ever move forward: an older version than the known one says nothing new. */
function takeOver(accounts: Map<number, Account>, { id, quota, version, spend }: Balance): void {
  const account = accounts.get(id);
  if (account === undefined) {
    accounts.set(id, { quota, version, spend, pending: 0 });
  } else if (version >= account.version) {
    account.quota = quota;
    account.version = version;
    account.spend = spend;
  }
}

function trim(accounts: Map<number, Account>): void {
  if (accounts.size <= MAX_ACCOUNTS) return;
  for (const [id, account] of accounts) {
    if (account.pending === 0) accounts.delete(id);
    if (accounts.size <= MAX_ACCOUNTS * 0.9) return;
  }
}
