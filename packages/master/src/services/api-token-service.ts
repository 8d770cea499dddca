import {
  apiTokenStatuses,
  managementErrors,
  type ApiToken,
  type ApiTokenChange,
  type ApiTokenRepository,
  type Clock,
  type Page,
} from '@turnpike/core';
import type {
  ApiTokenCreateInput,
  ApiTokenListQueryInput,
  ApiTokenUpdateInput,
  SearchQueryInput,
} from '@turnpike/core/contract';
import type { AnnounceAccounts } from './account-changes.ts';
import type { Caller } from './caller.ts';
import type { QuotaService } from './quota-service.ts';
import { drawRelayKey } from './random-keys.ts';
import { diffFields, type RecordAudit } from './record-audit.ts';
import { editLimits, limitFields, toLimitsJson } from './request-limits.ts';
import { toPageQuery, toSearchPage } from './to-page-query.ts';

export interface ApiTokenServiceDeps {
  apiTokens: ApiTokenRepository;
  quotas: QuotaService;
  announceAccounts: AnnounceAccounts;
  recordAudit: RecordAudit;
  clock: Clock;
}

export type ApiTokenService = ReturnType<typeof createApiTokenService>;

const auditedFields = [
  'name',
  'status',
  'expiredTime',
  'unlimitedQuota',
  'remainQuota',
  'models',
  'subnet',
  'lossPolicy',
] as const;

/** The caller's own API tokens. Those of others are as good as absent. */
export function createApiTokenService(deps: ApiTokenServiceDeps) {
  const { apiTokens } = deps;

  async function find(id: number, actor: Caller): Promise<ApiToken> {
    const token = await apiTokens.find(id, actor.user.id);
    if (token === undefined) throw notFound();
    return token;
  }

  async function finishEdit(before: ApiToken, actor: Caller): Promise<ApiToken> {
    await deps.announceAccounts({ apiTokenIds: [before.id] });
    const after = await find(before.id, actor);
    const details = {
      ...diffFields(before, after, auditedFields),
      ...diffFields(toLimitsJson(before.limits), toLimitsJson(after.limits), limitFields),
    };
    if (Object.keys(details).length > 0)
      await deps.recordAudit(actor, 'token.update', before.id, details);
    return after;
  }

  return {
    find,

    list(input: ApiTokenListQueryInput, actor: Caller): Promise<Page<ApiToken>> {
      const { keyword, status, order } = input;
      const filter = { userId: actor.user.id, keyword, ...(status !== 0 && { status }) };
      return apiTokens.page(filter, toPageQuery(input, order));
    },

    /** Name prefix; oldest first. */
    search(query: SearchQueryInput, actor: Caller): Promise<Page<ApiToken>> {
      const filter = { userId: actor.user.id, keyword: query.keyword };
      return apiTokens.page(filter, toSearchPage(query));
    },

    /** @throws `invalid_parameter` */
    async create(input: ApiTokenCreateInput, actor: Caller): Promise<ApiToken> {
      const isUnlimited = input.unlimited_quota ?? false;
      const remainQuota = input.remain_quota ?? 0;
      if (!isUnlimited && remainQuota < 0)
        throw managementErrors.invalidParameter({
          param: 'remain_quota',
          reason: "'remain_quota' must be at least 0 for a token with limited quota",
          reasonZh: "有限额度令牌的 'remain_quota' 不能小于 0",
        });
      const limits = editLimits(undefined, input);
      const token = await apiTokens.create({
        userId: actor.user.id,
        key: drawRelayKey(),
        name: input.name ?? '',
        expiredTime: toExpiry(input.expired_time),
        remainQuota,
        unlimitedQuota: isUnlimited,
        models: input.models ?? null,
        subnet: input.subnet ?? '',
        ...(limits !== undefined && { limits }),
        ...(input.loss_policy && { lossPolicy: input.loss_policy }),
      });
      // So that the key works as soon as its owner reads it. Where relays cannot be told, which is logged, it works
      // once a master looks for changes: the token is there, so this is no failure.
      await deps.announceAccounts({ apiTokenIds: [token.id] }).catch(() => undefined);
      await deps.recordAudit(actor, 'token.create', token.id, { name: token.name });
      return token;
    },

    /** Writes the status and nothing else. @throws `not_found`, `token_still_expired`, `token_still_exhausted` */
    async setStatus(id: number, status: number, actor: Caller): Promise<ApiToken> {
      const token = await find(id, actor);
      if (status === apiTokenStatuses.enabled) requireUsable(token, deps.clock.now());
      await apiTokens.update(id, actor.user.id, { status });
      return finishEdit(token, actor);
    },

    /**
     * Writes what is given, but never the status: an expired or used-up token is first extended, then enabled.
     *
     * @throws `not_found`, `token_still_expired`, `token_still_exhausted`, `stale_version`, `invalid_parameter`
     */
    async update(input: ApiTokenUpdateInput, actor: Caller, ifVersion?: number): Promise<ApiToken> {
      const token = await find(input.id, actor);
      if (input.status === apiTokenStatuses.enabled) requireUsable(token, deps.clock.now());
      if (ifVersion !== undefined && ifVersion !== token.quotaVersion)
        throw managementErrors.staleVersion();
      // The quota first: a switch between limited and unlimited makes a new version of the balance.
      const { remain_quota: quota, quotaDelta } = input;
      await deps.quotas.editTokenQuota(token, { quota, quotaDelta }, actor, ifVersion);
      const limits = editLimits(token.limits, input);
      const change = { ...toChange(input), ...(limits !== undefined && { limits }) };
      if (Object.keys(change).length > 0) await apiTokens.update(token.id, actor.user.id, change);
      return finishEdit(token, actor);
    },

    async remove(id: number, actor: Caller): Promise<void> {
      const token = await find(id, actor);
      await apiTokens.remove(id, actor.user.id);
      await deps.announceAccounts({ apiTokenIds: [id] });
      await deps.recordAudit(actor, 'token.delete', id, { name: token.name });
    },
  };
}

/** A new token that is given no expiry, or 0, never expires. */
function toExpiry(expiredTime = 0): number {
  return expiredTime === 0 ? -1 : expiredTime;
}

function toChange(input: ApiTokenUpdateInput): ApiTokenChange {
  return {
    ...(input.name !== undefined && { name: input.name }),
    ...(input.expired_time !== undefined && { expiredTime: input.expired_time }),
    ...(input.unlimited_quota !== undefined && { unlimitedQuota: input.unlimited_quota }),
    ...(input.models !== undefined && { models: input.models }),
    ...(input.subnet !== undefined && { subnet: input.subnet }),
    ...(input.loss_policy !== undefined && {
      lossPolicy: input.loss_policy === '' ? null : input.loss_policy,
    }),
  };
}

/** A token that was found expired or used up cannot simply be enabled: the cause would still be there. */
function requireUsable(token: ApiToken, now: number): void {
  const { status, expiredTime, unlimitedQuota, remainQuota } = token;
  const isPast = expiredTime !== -1 && expiredTime <= now / 1000;
  if (status === apiTokenStatuses.expired && isPast) throw managementErrors.tokenStillExpired();
  if (status === apiTokenStatuses.exhausted && !unlimitedQuota && remainQuota <= 0)
    throw managementErrors.tokenStillExhausted();
}

function notFound() {
  return managementErrors.notFound({ what: 'token', whatZh: '令牌' });
}
