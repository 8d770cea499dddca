import { expect } from '@jest/globals';
import type { ReserveResult } from '@turnpike/core';
import type { LedgerHarness } from './ledger-harness.contract.ts';
import { reservation, TOKEN, USER, usageOf } from './ledger-samples.contract.ts';
import type { SettlingLedger } from './settling-ledger.ts';

/** Never reached, but counted. */
const limits = { userLimits: { concurrency: 1e6 }, apiTokenLimits: { concurrency: 1e6 } };
const budget = { apiTokenLimits: { concurrency: 1e6, quotaPerDay: 1e12 } };

interface ModelEntry {
  amount: number;
  isUnlimited: boolean;
  /** An unlimited token with a budget has what is open pending all the same. */
  isBudgeted: boolean;
  isSettled: boolean;
}

/** Random calls of a ledger beside a model of it that is small enough to be believed; after each they must agree. */
export class RandomCalls {
  readonly #ledger: SettlingLedger;
  readonly #harness: LedgerHarness;
  readonly #open = new Map<string, ModelEntry>();
  readonly #ids: string[] = [];
  #seed: number;
  #user = 1000;
  #token = 400;

  constructor(seed: number, ledger: SettlingLedger, harness: LedgerHarness) {
    this.#seed = seed;
    this.#ledger = ledger;
    this.#harness = harness;
  }

  /** One call, often one that was made before. */
  async step(): Promise<void> {
    const calls = [this.#reserve, this.#reserve, this.#extend, this.#settle, this.#release];
    await this.#pick([...calls, this.#absorb, this.#edit])?.call(this);
    await this.#compare();
  }

  async #reserve(): Promise<void> {
    const isNew = this.#ids.length === 0 || this.#random(4) > 0;
    const id = isNew ? `r${this.#ids.length}` : (this.#pick(this.#ids) ?? '');
    if (isNew) this.#ids.push(id);
    const amount = this.#random(120);
    const isUnlimited = this.#random(3) === 0;
    const isBudgeted = this.#random(2) === 0;
    const known = this.#open.get(id);
    const left = this.#left(isUnlimited);
    const result = await this.#ledger.reserve(
      reservation(id, amount, {
        ...{ unlimitedToken: isUnlimited, ...limits },
        ...(isBudgeted && budget),
      }),
    );
    expect(result.allowed).toBe(known !== undefined || amount <= left);
    if (known !== undefined || !result.allowed) return;
    this.#open.set(id, { amount, isUnlimited, isBudgeted, isSettled: false });
    expect(availableOf(result)).toBe(left - amount);
  }

  async #extend(): Promise<void> {
    const id = this.#pick(this.#ids) ?? '';
    const amount = this.#random(80);
    const entry = this.#open.get(id);
    const canGrow = entry !== undefined && !entry.isSettled;
    const granted = canGrow ? Math.max(0, Math.min(amount, this.#left(entry.isUnlimited))) : 0;
    expect(await this.#ledger.extend(id, amount)).toEqual({ granted });
    if (entry !== undefined) entry.amount += granted;
  }

  async #settle(): Promise<void> {
    const id = this.#pick(this.#ids) ?? '';
    const entry = this.#open.get(id);
    if (entry === undefined) return;
    const amount = this.#random(150);
    await this.#ledger.settle([this.#event(id, amount)]);
    if (entry.isSettled) return;
    entry.amount = amount;
    entry.isSettled = true;
  }

  async #release(): Promise<void> {
    const id = this.#pick(this.#ids) ?? '';
    await this.#ledger.release(id);
    if (this.#open.get(id)?.isSettled === false) this.#open.delete(id);
  }

  async #absorb(): Promise<void> {
    const settled = this.#ids.filter((id) => this.#open.get(id)?.isSettled === true);
    const id = this.#pick(settled);
    if (id === undefined) return;
    const amount = this.#open.get(id)?.amount ?? 0;
    this.#commit(this.#user - amount, this.#token - amount);
    for (let times = 0; times < 2; times += 1)
      await this.#harness.absorb([this.#event(id, amount)], this.#harness.applied(USER, TOKEN));
    this.#open.delete(id);
  }

  async #edit(): Promise<void> {
    if (this.#random(3) > 0) return;
    this.#commit(500 + this.#random(1000), 200 + this.#random(400));
    await this.#harness.refresh({ userIds: [USER], apiTokenIds: [TOKEN] });
  }

  #commit(user: number, token: number): void {
    this.#user = user;
    this.#token = token;
    this.#harness.commitBalance({ kind: 'user', id: USER }, user);
    this.#harness.commitBalance({ kind: 'token', id: TOKEN }, token);
  }

  async #compare(): Promise<void> {
    const amount = this.#pendingOf(() => true);
    expect(await this.#ledger.openEntries()).toEqual({ count: this.#open.size, amount });
    const held = [...this.#open.values()].filter(({ isSettled }) => !isSettled).length;
    const ofToken = this.#pendingOf(isAtToken);
    const pending = (await this.#harness.pending?.(USER, TOKEN)) ?? undefined;
    if (pending !== undefined)
      expect(pending).toEqual({ user: { amount, held }, apiToken: { amount: ofToken, held } });
  }

  #left(isUnlimited: boolean): number {
    const user = this.#user - this.#pendingOf(() => true);
    const token = this.#token - this.#pendingOf(isAtToken);
    return isUnlimited ? user : Math.min(user, token);
  }

  #pendingOf(counts: (entry: ModelEntry) => boolean): number {
    return [...this.#open.values()].filter(counts).reduce((sum, { amount }) => sum + amount, 0);
  }

  #event(id: string, quota: number) {
    return { ...usageOf(id, quota), unlimitedToken: this.#open.get(id)?.isUnlimited === true };
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.#random(items.length)];
  }

  /** Integer from 0 to `below` − 1; the same for the same seed. */
  #random(below: number): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((this.#seed / 2_147_483_648) * below);
  }
}

function isAtToken({ isUnlimited, isBudgeted }: ModelEntry): boolean {
  return !isUnlimited || isBudgeted;
}

function availableOf(result: ReserveResult): number {
  return 'available' in result ? result.available : Number.NaN;
}
