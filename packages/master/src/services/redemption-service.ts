import {
  logTypes,
  managementErrors,
  redemptionStatuses,
  type Clock,
  type Page,
  type RedeemResult,
  type Redemption,
  type RedemptionChange,
  type RedemptionRepository,
  type RequestLogRepository,
} from '@turnpike/core';
import type {
  RedemptionBatchInput,
  RedemptionCreateInput,
  RedemptionListQueryInput,
  RedemptionUpdateInput,
  SearchQueryInput,
} from '@turnpike/core/contract';
import type { AnnounceAccounts } from './account-changes.ts';
import type { Caller } from './caller.ts';
import type { CurrentOptions } from './current-options.ts';
import { formatQuota } from './format-quota.ts';
import { drawRedemptionKey } from './random-keys.ts';
import { diffFields, type RecordAudit } from './record-audit.ts';
import { toPageQuery, toSearchPage } from './to-page-query.ts';

/** What a code without a quota is worth in One API. */
const DEFAULT_QUOTA = 100;

export interface RedemptionServiceDeps {
  redemptions: RedemptionRepository;
  requestLogs: RequestLogRepository;
  currentOptions: CurrentOptions;
  announceAccounts: AnnounceAccounts;
  recordAudit: RecordAudit;
  clock: Clock;
}

export type RedemptionService = ReturnType<typeof createRedemptionService>;

const auditedFields = ['name', 'quota', 'status', 'expiredTime'] as const;

/** Codes that administrators make and users redeem. The codes themselves are never audited: they are money. */
export function createRedemptionService(deps: RedemptionServiceDeps) {
  const { redemptions } = deps;
  const nowSeconds = (): number => Math.floor(deps.clock.now() / 1000);

  async function find(id: number): Promise<Redemption> {
    const found = await redemptions.find(id);
    if (found === undefined) throw notFound();
    return found;
  }

  async function write(id: number, change: RedemptionChange, actor: Caller): Promise<Redemption> {
    const before = await find(id);
    const after = await redemptions.update(id, change);
    if (after === undefined) throw notFound();
    const details = diffFields(before, after, auditedFields);
    if (Object.keys(details).length > 0)
      await deps.recordAudit(actor, 'redemption.update', id, details);
    return after;
  }

  return {
    find,

    list(input: RedemptionListQueryInput): Promise<Page<Redemption>> {
      const { keyword, status } = input;
      return redemptions.page({ keyword, ...(status !== 0 && { status }) }, toPageQuery(input));
    },

    /** Prefix of the name, or an id; oldest first. */
    search: (query: SearchQueryInput): Promise<Page<Redemption>> =>
      redemptions.page({ keyword: query.keyword }, toSearchPage(query)),

    /** Resolves to the codes. */
    async create(input: RedemptionCreateInput, actor: Caller): Promise<readonly string[]> {
      const { name, count, quota = 0, expired_time: expiredTime = 0 } = input;
      const worth = quota === 0 ? DEFAULT_QUOTA : quota;
      const created = await redemptions.createMany(
        Array.from({ length: count }, () => ({
          userId: actor.user.id,
          key: drawRedemptionKey(),
          name,
          quota: worth,
          createdTime: nowSeconds(),
          expiredTime,
        })),
      );
      const ids = created.map(({ id }) => id);
      await deps.recordAudit(actor, 'redemption.create', ids[0] ?? 0, { ids, name, quota: worth });
      return created.map(({ key }) => key);
    },

    /** Writes what is given, but never the status. @throws `not_found` */
    update(input: RedemptionUpdateInput, actor: Caller): Promise<Redemption> {
      const { id, name, quota, expired_time: expiredTime } = input;
      const change: RedemptionChange = {
        ...(name !== undefined && { name }),
        ...(quota !== undefined && { quota }),
        ...(expiredTime !== undefined && { expiredTime }),
      };
      return write(id, change, actor);
    },

    /** A used code that is set back to unused can be redeemed once more. @throws `not_found` */
    setStatus: (id: number, status: number, actor: Caller) => write(id, { status }, actor),

    /** Resolves to how many changed. What is unknown or used is left alone; used ones can be deleted. */
    async batch({ ids, action }: RedemptionBatchInput, actor: Caller): Promise<number> {
      let count = 0;
      for (const id of new Set(ids)) {
        const found = await redemptions.find(id);
        if (found === undefined) continue;
        if (action === 'delete') {
          count += (await redemptions.remove(id)) ? 1 : 0;
          continue;
        }
        const [from, to] =
          action === 'enable'
            ? [redemptionStatuses.disabled, redemptionStatuses.unused]
            : [redemptionStatuses.unused, redemptionStatuses.disabled];
        if (found.status !== from) continue;
        await redemptions.update(id, { status: to });
        count += 1;
      }
      await deps.recordAudit(actor, `redemption.batch-${action}`, '', { ids, count });
      return count;
    },

    async remove(id: number, actor: Caller): Promise<void> {
      const { name, quota, status } = await find(id);
      await redemptions.remove(id);
      await deps.recordAudit(actor, 'redemption.delete', id, { name, quota, status });
    },

    async removeSpent(actor: Caller): Promise<number> {
      const count = await redemptions.removeSpent(nowSeconds());
      await deps.recordAudit(actor, 'redemption.delete-invalid', '', { count });
      return count;
    },

    /**
     * Credits the caller with what the code is worth.
     *
     * @throws `redemption_unknown`, `redemption_used`, `redemption_disabled`, `redemption_expired`
     */
    async redeem(key: string, { user }: Caller): Promise<number> {
      const result = await redemptions.redeem(key, user.id);
      if (typeof result === 'string') throw refuse(result);
      const { id, quota } = result.redemption;
      // The code is used up and the balance is there, so this is no failure: a master that looks for changes finds it.
      await deps.announceAccounts({ userIds: [user.id] }).catch(() => undefined);
      const options = await deps.currentOptions.read();
      await deps.requestLogs.add({
        type: logTypes.topUp,
        user_id: user.id,
        username: user.username,
        created_at: nowSeconds(),
        content: `Redeemed code ${String(id)}: ${formatQuota(quota, options)}`,
      });
      return quota;
    },
  };
}

function refuse(result: Extract<RedeemResult, string>) {
  switch (result) {
    case 'unknown':
      return managementErrors.redemptionUnknown();
    case 'used':
      return managementErrors.redemptionUsed();
    case 'disabled':
      return managementErrors.redemptionDisabled();
    case 'expired':
      return managementErrors.redemptionExpired();
  }
}

function notFound() {
  return managementErrors.notFound({ what: 'redemption code', whatZh: '兑换码' });
}
