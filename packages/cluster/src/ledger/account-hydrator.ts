import { setTimeout as delay } from 'node:timers/promises';
import {
  apiTokenStatuses,
  type AccountBatch,
  type ApiTokenAccount,
  type PeriodSpend,
  type RemovedApiToken,
  type RequestLimits,
  type UserAccount,
} from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import { bucketOf, type Keys } from '../redis/keys.ts';
import type { LuaScript } from '../redis/lua-script.ts';
import type { ScriptSender } from '../redis/script-sender.ts';
import { spendText } from './spend-text.ts';
import { readAliveNodes } from './read-alive-nodes.ts';

export interface AccountHydratorDeps {
  redis: RedisClient;
  keys: Keys;
  sender: ScriptSender;
  script: LuaScript;
  /** Begins an epoch where there is none. */
  proposal: string;
  nodeTimeoutMs: number;
  quietMs: number;
  restoreWaitMs: number;
}

/** Accounts in one call: Redis does nothing else while it runs. */
const CHUNK = 100;
/** How often it is looked whether the nodes have restored. */
const LOOK_MS = 100;
/** A removed token is remembered longer than an event of it may be late (35 days), so that its entries still add up. */
const REMOVED_LIFE_MS = 40 * 24 * 3600 * 1000;

/** What one bucket is to be told: values of one account each, for `scripts/hydrate.lua`. */
type AccountValues = readonly string[];

/** Writes accounts from the database into the ledger, see `RedisLedgerBook.hydrate`. */
export class AccountHydrator {
  readonly #deps: AccountHydratorDeps;

  constructor(deps: AccountHydratorDeps) {
    this.#deps = deps;
  }

  async hydrate(accounts: AccountBatch): Promise<void> {
    let calls = toCalls(accounts);
    while (calls.length > 0) {
      const { redis, keys, nodeTimeoutMs } = this.#deps;
      const nodes = await readAliveNodes(redis, keys, nodeTimeoutMs);
      const waits = await this.#write(calls, nodes);
      calls = calls.filter((_, index) => waits[index] !== 0);
      const longest = Math.max(0, ...waits);
      if (longest > 0) await delay(Math.min(longest, LOOK_MS));
    }
  }

  /** Milliseconds after which each call should be made again; 0: everything is written. */
  #write(calls: readonly BucketCall[], nodes: readonly string[]): Promise<number[]> {
    const { keys, sender, script, proposal, quietMs, restoreWaitMs } = this.#deps;
    const head = [
      ...[proposal, String(quietMs), String(restoreWaitMs)],
      ...[String(nodes.length), ...nodes],
    ];
    const waits: Promise<number>[] = [];
    sender.together(() => {
      for (const { bucket, accounts } of calls) {
        const values = head.concat(accounts.flat());
        waits.push(sender.run(script, keys.epoch(bucket), values).then(Number));
      }
    });
    return Promise.all(waits);
  }
}

interface BucketCall {
  bucket: number;
  accounts: AccountValues[];
}

function toCalls({ users, apiTokens, removedApiTokens }: AccountBatch): BucketCall[] {
  const calls: BucketCall[] = [];
  const open = new Map<number, BucketCall>();
  const add = (userId: number, values: AccountValues): void => {
    const bucket = bucketOf(userId);
    let call = open.get(bucket);
    if (call === undefined || call.accounts.length >= CHUNK) {
      call = { bucket, accounts: [] };
      open.set(bucket, call);
      calls.push(call);
    }
    call.accounts.push(values);
  };
  for (const user of users) add(user.id, userValues(user));
  for (const apiToken of apiTokens) add(apiToken.userId, apiTokenValues(apiToken));
  for (const removed of removedApiTokens) add(removed.userId, removedValues(removed));
  return calls;
}

function userValues(user: UserAccount): AccountValues {
  return toValues(`acct:${user.id}`, user, '', {
    st: String(user.status),
    un: user.username,
    role: String(user.role),
    grp: user.group,
    lim: limitsText(user.limits),
  });
}

function apiTokenValues(apiToken: ApiTokenAccount): AccountValues {
  return toValues(`tok:${apiToken.id}`, apiToken, '', {
    st: String(apiToken.status),
    u: apiToken.unlimitedQuota ? '1' : '0',
    lim: limitsText(apiToken.limits),
  });
}

function removedValues({ id, recordVersion }: RemovedApiToken): AccountValues {
  return toValues(`tok:${id}`, { recordVersion }, String(REMOVED_LIFE_MS), {
    st: String(apiTokenStatuses.disabled),
  });
}

function toValues(
  name: string,
  account: {
    quota?: number;
    quotaVersion?: number;
    spend?: PeriodSpend | undefined;
    recordVersion: number;
  },
  lifeMs: string,
  record: Record<string, string>,
): AccountValues {
  const { quota = '', quotaVersion = '', spend, recordVersion } = account;
  const fields = Object.entries(record);
  const balance = [String(quotaVersion), String(quota), spendText(spend)];
  const head = [name, ...balance, String(recordVersion), lifeMs];
  return [...head, String(fields.length), ...fields.flat()];
}

function limitsText(limits: RequestLimits | undefined): string {
  return limits === undefined ? '' : JSON.stringify(limits);
}
