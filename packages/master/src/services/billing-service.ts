import {
  errors,
  type ApiToken,
  type ApiTokenRepository,
  type OptionValues,
  type TokenRecord,
  type UserRepository,
} from '@turnpike/core';
import type { BillingSubscriptionJson, BillingUsageJson } from '@turnpike/core/contract';
import type { CurrentOptions } from './current-options.ts';

/** What One API says where a token has no limit of its own. */
const NO_LIMIT = 100_000_000;

export interface BillingServiceDeps {
  apiTokens: Pick<ApiTokenRepository, 'find'>;
  users: Pick<UserRepository, 'findById'>;
  currentOptions: CurrentOptions;
}

export type BillingService = ReturnType<typeof createBillingService>;

interface Funds {
  remaining: number;
  used: number;
  /** Unix seconds; 0: for ever. */
  expiresAt: number;
  isUnlimited: boolean;
}

/** What the holder of an API token may know of its balance: the token's, or by option the user's. */
export function createBillingService(deps: BillingServiceDeps) {
  async function readFunds(token: TokenRecord, options: OptionValues): Promise<Funds> {
    if (!options.DisplayTokenStatEnabled) {
      const user = await deps.users.findById(token.userId);
      if (user === undefined) throw errors.keyUnknown();
      return { remaining: user.quota, used: user.usedQuota, expiresAt: 0, isUnlimited: false };
    }
    const found = await deps.apiTokens.find(token.apiTokenId, token.userId);
    if (found === undefined) throw errors.keyUnknown();
    return toFunds(found);
  }

  return {
    /** @throws `invalid_api_key` where the token was deleted a moment ago */
    async subscription(token: TokenRecord): Promise<BillingSubscriptionJson> {
      const options = await deps.currentOptions.read();
      const { remaining, used, expiresAt, isUnlimited } = await readFunds(token, options);
      const limit = isUnlimited ? NO_LIMIT : toShown(remaining + used, options);
      return {
        object: 'billing_subscription',
        has_payment_method: true,
        soft_limit_usd: limit,
        hard_limit_usd: limit,
        system_hard_limit_usd: limit,
        access_until: expiresAt,
      };
    },

    /** @throws `invalid_api_key` where the token was deleted a moment ago */
    async usage(token: TokenRecord): Promise<BillingUsageJson> {
      const options = await deps.currentOptions.read();
      const { used } = await readFunds(token, options);
      return { object: 'list', total_usage: toShown(used, options) * 100 };
    },
  };
}

function toFunds({ remainQuota, usedQuota, expiredTime, unlimitedQuota }: ApiToken): Funds {
  return {
    remaining: remainQuota,
    used: usedQuota,
    expiresAt: Math.max(0, expiredTime),
    isUnlimited: unlimitedQuota,
  };
}

function toShown(quota: number, { DisplayInCurrencyEnabled, QuotaPerUnit }: OptionValues): number {
  return DisplayInCurrencyEnabled ? quota / QuotaPerUnit : quota;
}
