import {
  completionTokensOf,
  promptTokensOf,
  type AppliedUsage,
  type Balance,
  type Clock,
  type LedgerRepository,
  type Reservation,
  type ReserveRefusal,
  type ReserveResult,
  type UsageEvent,
} from '@turnpike/core';
import { InProcessLimits } from './in-process-limits.ts';
import type { SettlingLedger } from './settling-ledger.ts';

/** A balance as last read or committed, and what is set aside of it. */
interface Account {
  quota: number;
  version: number;
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
}

/** The ledger's reservations in this process, with balances read through from the database. */
export class InProcessLedger implements SettlingLedger {
  readonly #repository: InProcessLedgerDeps['ledgerRepository'];
  readonly #users = new Map<number, Account>();
  readonly #apiTokens = new Map<number, Account>();
  readonly #open = new Map<string, Entry>();
  readonly #limits: InProcessLimits;
  #held = 0;

  constructor(deps: InProcessLedgerDeps) {
    this.#repository = deps.ledgerRepository;
    this.#limits = new InProcessLimits(deps);
  }

  /** Requests whose outcome is not known yet. */
  get heldCount(): number {
    return this.#held;
  }

  async reserve(reservation: Reservation): Promise<ReserveResult> {
    const { userId, apiTokenId, unlimitedToken } = reservation;
    if (
      this.#isMissing(this.#users, userId) ||
      (!unlimitedToken && this.#isMissing(this.#apiTokens, apiTokenId))
    ) {
      await this.#load([userId], unlimitedToken ? [] : [apiTokenId]);
    }
    return this.#reserveLoaded(reservation);
  }

  #reserveLoaded(reservation: Reservation): ReserveResult {
    const { requestId, userId, apiTokenId, unlimitedToken, amount } = reservation;
    const user = this.#users.get(userId);
    const apiToken = unlimitedToken ? undefined : this.#apiTokens.get(apiTokenId);
    if (user === undefined || (apiToken === undefined && !unlimitedToken))
      return { allowed: false, reason: 'not-loaded' };

    const existing = this.#open.get(requestId);
    if (existing !== undefined)
      return {
        allowed: true,
        reservation: existing.reservation,
        available: availableOf(user, apiToken),
      };

    const refusal = this.#limits.refuse(reservation) ?? refuse(user, apiToken, amount);
    if (refusal !== undefined) return refusal;
    this.#limits.begin(reservation);
    user.pending += amount;
    if (apiToken !== undefined) apiToken.pending += amount;
    this.#open.set(requestId, { reservation, amount, isSettled: false });
    this.#held += 1;
    return { allowed: true, reservation, available: availableOf(user, apiToken) };
  }

  extend(requestId: string, amount: number): Promise<{ granted: number }> {
    const entry = this.#open.get(requestId);
    if (entry === undefined || entry.isSettled) return Promise.resolve({ granted: 0 });
    const user = this.#users.get(entry.reservation.userId);
    if (user === undefined) return Promise.resolve({ granted: 0 });
    const apiToken = entry.reservation.unlimitedToken
      ? undefined
      : this.#apiTokens.get(entry.reservation.apiTokenId);
    const granted = Math.max(0, Math.min(amount, availableOf(user, apiToken)));
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

  #isMissing(accounts: Map<number, Account>, id: number): boolean {
    return !accounts.has(id);
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
    if (!entry.reservation.unlimitedToken)
      addPending(this.#apiTokens.get(entry.reservation.apiTokenId), delta);
  }

  #remove(entry: Entry): void {
    this.#open.delete(entry.reservation.requestId);
    if (!entry.isSettled) this.#held -= 1;
    this.#change(entry, -entry.amount);
  }
}

function availableOf(user: Account, apiToken: Account | undefined): number {
  const ofUser = user.quota - user.pending;
  return apiToken === undefined ? ofUser : Math.min(ofUser, apiToken.quota - apiToken.pending);
}

function refuse(
  user: Account,
  apiToken: Account | undefined,
  amount: number,
): ReserveRefusal | undefined {
  if (apiToken !== undefined) {
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
function takeOver(accounts: Map<number, Account>, { id, quota, version }: Balance): void {
  const account = accounts.get(id);
  if (account === undefined) {
    accounts.set(id, { quota, version, pending: 0 });
  } else if (version >= account.version) {
    account.quota = quota;
    account.version = version;
  }
}

function trim(accounts: Map<number, Account>): void {
  if (accounts.size <= MAX_ACCOUNTS) return;
  for (const [id, account] of accounts) {
    if (account.pending === 0) accounts.delete(id);
    if (accounts.size <= MAX_ACCOUNTS * 0.9) return;
  }
}
