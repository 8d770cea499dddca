import {
  addSpend,
  completionTokensOf,
  promptTokensOf,
  utcDayOf,
  type UsageEvent,
} from '@turnpike/core';
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
  #latest: RollUpRow | undefined;

  add(charge: Charge): void {
    const { event } = charge;
    addToAccount(this.users, event.userId, charge);
    addToAccount(this.apiTokens, event.apiTokenId, charge);
    addToAccount(this.channels, event.channelId, charge);
    this.#addToRollUp(charge);
  }

  #addToRollUp({ event, quota, requests }: Charge): void {
    const row = this.#rowOf(event);
    row.requests += requests;
    row.prompt_tokens += promptTokensOf(event.usage);
    row.completion_tokens += completionTokensOf(event.usage);
    row.quota += quota;
  }

  #rowOf({ at, userId, apiTokenId, channelId, billedModel }: UsageEvent): RollUpRow {
    const hour = Math.floor(at / 3_600_000) * 3600;
    const model = clipText(billedModel, 191);
    // As a rule it is the row of the charge before.
    const latest = this.#latest;
    if (
      latest?.hour === hour &&
      latest.user_id === userId &&
      latest.token_id === apiTokenId &&
      latest.channel_id === channelId &&
      latest.model_name === model
    )
      return latest;
    const key = `${hour} ${userId} ${apiTokenId} ${channelId} ${model}`;
    let row = this.rollUp.get(key);
    if (row === undefined) {
      row = {
        hour,
        user_id: userId,
        token_id: apiTokenId,
        channel_id: channelId,
        model_name: model,
        requests: 0,
        prompt_tokens: 0,
        completion_tokens: 0,
        quota: 0,
      };
      this.rollUp.set(key, row);
    }
    this.#latest = row;
    return row;
  }
}

/** How much of an overdrawn balance has to be written off: never more than what the hard budget charged. */
export function writeOffOf(balance: number, { hardQuota }: AccountSum): number {
  return balance < 0 && hardQuota > 0 ? Math.min(-balance, hardQuota) : 0;
}

function addToAccount(accounts: Map<number, AccountSum>, id: number, charge: Charge): void {
  const { event, quota, requests, key } = charge;
  const day = utcDayOf(event.at);
  let sum = accounts.get(id);
  if (sum === undefined) {
    const spend = { day, dayQuota: quota, monthQuota: quota };
    sum = { id, quota: 0, requests: 0, lastAt: 0, spend, hardQuota: 0, hardKey: '' };
    accounts.set(id, sum);
  } else if (sum.spend.day === day) {
    sum.spend.dayQuota += quota;
    sum.spend.monthQuota += quota;
  } else {
    sum.spend = addSpend(sum.spend, { day, dayQuota: quota, monthQuota: quota });
  }
  sum.quota += quota;
  sum.requests += requests;
  sum.lastAt = Math.max(sum.lastAt, Math.floor(event.at / 1000));
  if (event.hardBudget && quota > 0) {
    sum.hardQuota += quota;
    sum.hardKey = key;
  }
}
