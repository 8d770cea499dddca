import { addSpend, completionTokensOf, promptTokensOf, utcDayOf } from '@turnpike/core';
import type { AccountCharge, RollUpRow } from '../dialects/usage-writes.ts';
import { clipText } from '../schema/clip-text.ts';
import type { Charge } from './charge.ts';

/** What one account is charged by one transaction, and what of it a hard budget limits. */
export interface AccountSum extends AccountCharge {
  /** The part of `quota` that may not take the balance below zero, and the latest charge in it. */
  hardQuota: number;
  hardKey: string;
}

/** Adds up charges for each row that they change, so that each row is written once. */
export class UsageSums {
  readonly users = new Map<number, AccountSum>();
  readonly apiTokens = new Map<number, AccountSum>();
  readonly channels = new Map<number, AccountSum>();
  readonly rollUp = new Map<string, RollUpRow>();

  add(charge: Charge): void {
    const { event } = charge;
    addToAccount(this.users, event.userId, charge);
    addToAccount(this.apiTokens, event.apiTokenId, charge);
    addToAccount(this.channels, event.channelId, charge);
    this.#addToRollUp(charge);
  }

  #addToRollUp({ event, quota, requests }: Charge): void {
    const hour = Math.floor(event.at / 3_600_000) * 3600;
    const model = clipText(event.billedModel, 191);
    const key = `${hour} ${event.userId} ${event.apiTokenId} ${event.channelId} ${model}`;
    const row = this.rollUp.get(key);
    if (row !== undefined) {
      row.requests += requests;
      row.prompt_tokens += promptTokensOf(event.usage);
      row.completion_tokens += completionTokensOf(event.usage);
      row.quota += quota;
      return;
    }
    this.rollUp.set(key, {
      hour,
      user_id: event.userId,
      token_id: event.apiTokenId,
      channel_id: event.channelId,
      model_name: model,
      requests,
      prompt_tokens: promptTokensOf(event.usage),
      completion_tokens: completionTokensOf(event.usage),
      quota,
    });
  }
}

/** How much of an overdrawn balance has to be written off: never more than what the hard budget charged. */
export function writeOffOf(balance: number, { hardQuota }: AccountSum): number {
  return balance < 0 && hardQuota > 0 ? Math.min(-balance, hardQuota) : 0;
}

function addToAccount(accounts: Map<number, AccountSum>, id: number, charge: Charge): void {
  const { event, quota, requests, key } = charge;
  const spend = { day: utcDayOf(event.at), dayQuota: quota, monthQuota: quota };
  let sum = accounts.get(id);
  if (sum === undefined) {
    sum = { id, quota: 0, requests: 0, lastAt: 0, spend, hardQuota: 0, hardKey: '' };
    accounts.set(id, sum);
  } else {
    sum.spend = addSpend(sum.spend, spend);
  }
  sum.quota += quota;
  sum.requests += requests;
  sum.lastAt = Math.max(sum.lastAt, Math.floor(event.at / 1000));
  if (event.hardBudget && quota > 0) {
    sum.hardQuota += quota;
    sum.hardKey = key;
  }
}
