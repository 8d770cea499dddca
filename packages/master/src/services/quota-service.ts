import { randomUUID } from 'node:crypto';
import {
  logTypes,
  managementErrors,
  type Account,
  type ApiToken,
  type BookedQuotaEntry,
  type Clock,
  type LedgerRepository,
  type OptionValues,
  type Page,
  type RequestLogRepository,
  type User,
  type UserRepository,
} from '@turnpike/core';
import type { QuotaEntryJson, QuotaEntryListQueryInput, TopUpInput } from '@turnpike/core/contract';
import type { AnnounceAccounts } from './account-changes.ts';
import type { Caller } from './caller.ts';
import type { CurrentOptions } from './current-options.ts';
import { formatQuota } from './format-quota.ts';
import type { RecordAudit } from './record-audit.ts';
import { findUser } from './user-service.ts';

export interface QuotaServiceDeps {
  users: UserRepository;
  ledgerRepository: LedgerRepository;
  requestLogs: RequestLogRepository;
  currentOptions: CurrentOptions;
  announceAccounts: AnnounceAccounts;
  recordAudit: RecordAudit;
  clock: Clock;
}

/** An edit of a balance: to a value, or by a difference. */
export interface QuotaEdit {
  quota?: number | undefined;
  quotaDelta?: number | undefined;
}

export type QuotaService = ReturnType<typeof createQuotaService>;

/** Balances changed by people. Each change is a ledger entry in the transaction that changes the balance. */
export function createQuotaService(deps: QuotaServiceDeps) {
  /** Resolves to the new balance, undefined when nothing changed. */
  async function edit(
    account: Account,
    current: number,
    { quota, quotaDelta }: QuotaEdit,
    actor: Caller,
    ifVersion?: number,
  ): Promise<number | undefined> {
    if (quota !== undefined && quotaDelta !== undefined)
      throw managementErrors.invalidParameter({
        param: 'quotaDelta',
        reason: 'give either the new quota or quotaDelta, not both',
        reasonZh: '新额度与 quotaDelta 只能提供其一',
      });
    if (quotaDelta !== undefined && quotaDelta !== 0) {
      const { quota: after } = await deps.ledgerRepository.addQuota({
        account,
        delta: quotaDelta,
        reason: 'admin-edit',
        reference: `edit:${randomUUID()}`,
        createdBy: actor.user.id,
      });
      return after;
    }
    if (quota === undefined || quota === current) return undefined;
    if (quota < 0)
      throw managementErrors.invalidParameter({
        reason: 'a quota cannot be set below 0',
        reasonZh: '额度不能设为负数',
      });
    const balance = await deps.ledgerRepository.setQuota(account, quota, 'admin-edit', {
      createdBy: actor.user.id,
      ...(ifVersion !== undefined && { ifVersion }),
    });
    if (balance === 'stale') throw managementErrors.staleVersion();
    return balance.quota;
  }

  return {
    /** @throws `stale_version`, `invalid_parameter` */
    async editUserQuota(
      user: User,
      change: QuotaEdit,
      actor: Caller,
      ifVersion?: number,
    ): Promise<void> {
      const after = await edit({ kind: 'user', id: user.id }, user.quota, change, actor, ifVersion);
      if (after === undefined) return;
      await deps.announceAccounts({ userIds: [user.id] });
      const options = await deps.currentOptions.read();
      await deps.requestLogs.add({
        type: logTypes.manage,
        user_id: user.id,
        username: user.username,
        created_at: Math.floor(deps.clock.now() / 1000),
        content: `An administrator changed the quota from ${formatQuota(user.quota, options)} to ${formatQuota(after, options)}`,
      });
      await deps.recordAudit(actor, 'user.quota', user.id, { from: user.quota, to: after });
    },

    /** The owner's edit of a limited token. @throws `stale_version`, `invalid_parameter` */
    async editTokenQuota(
      token: ApiToken,
      change: QuotaEdit,
      actor: Caller,
      ifVersion?: number,
    ): Promise<boolean> {
      const account: Account = { kind: 'token', id: token.id };
      return (await edit(account, token.remainQuota, change, actor, ifVersion)) !== undefined;
    },

    /** Changes of a user's balance that are not usage, newest first. */
    async listEntries(
      userId: number,
      { cursor, page_size: size }: QuotaEntryListQueryInput,
    ): Promise<Page<QuotaEntryJson>> {
      const entries = await deps.ledgerRepository.listEntries(
        { kind: 'user', id: userId },
        { limit: size + 1, ...(cursor !== 0 && { beforeId: cursor }) },
      );
      const shown = entries.slice(0, size);
      const last = shown.at(-1);
      return {
        rows: shown.map(toEntryJson),
        ...(entries.length > size && last && { nextCursor: String(last.id) }),
      };
    },

    /** Adds quota to any account, as payment integrations do. @throws `not_found` */
    async topUp(input: TopUpInput, actor: Caller): Promise<void> {
      const user = await findUser(deps.users, input.user_id);
      if (input.quota > 0) {
        await deps.ledgerRepository.addQuota({
          account: { kind: 'user', id: user.id },
          delta: input.quota,
          reason: 'top-up',
          reference: `top-up:${randomUUID()}`,
          createdBy: actor.user.id,
        });
        await deps.announceAccounts({ userIds: [user.id] });
      }
      const options = await deps.currentOptions.read();
      await deps.requestLogs.add({
        type: logTypes.topUp,
        user_id: user.id,
        username: user.username,
        created_at: Math.floor(deps.clock.now() / 1000),
        quota: input.quota,
        content: toRemark(input, options),
      });
      await deps.recordAudit(actor, 'user.top-up', user.id, { quota: input.quota });
    },
  };
}

function toEntryJson(entry: BookedQuotaEntry): QuotaEntryJson {
  return {
    id: entry.id,
    delta: entry.delta,
    reason: entry.reason,
    reference: entry.reference,
    created_at: entry.createdAt,
    created_by: entry.createdBy,
  };
}

function toRemark({ remark = '', quota }: TopUpInput, options: OptionValues): string {
  return remark === '' ? `Top-up through the API: ${formatQuota(quota, options)}` : remark;
}
