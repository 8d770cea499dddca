import {
  logTypes,
  managementErrors,
  type Clock,
  type LedgerRepository,
  type RequestLogRepository,
  type UserRepository,
} from '@turnpike/core';
import type { RefundJson } from '@turnpike/core/contract';
import type { AnnounceAccounts } from './account-changes.ts';
import type { Caller } from './caller.ts';
import type { CurrentOptions } from './current-options.ts';
import { formatQuota } from './format-quota.ts';
import type { RecordAudit } from './record-audit.ts';

export interface RefundServiceDeps {
  users: UserRepository;
  ledgerRepository: Pick<LedgerRepository, 'refundRequest'>;
  requestLogs: RequestLogRepository;
  currentOptions: CurrentOptions;
  announceAccounts: AnnounceAccounts;
  recordAudit: RecordAudit;
  clock: Clock;
}

/**
 * Gives back what one request was charged. Repeated, it changes nothing and says the same.
 *
 * @throws `not_found`, `nothing_charged`
 */
export type RefundRequest = (requestId: string, actor: Caller) => Promise<RefundJson>;

export function createRefundRequest(deps: RefundServiceDeps): RefundRequest {
  return async (requestId, actor) => {
    const refund = await deps.ledgerRepository.refundRequest(requestId, actor.user.id);
    if (refund === 'unknown')
      throw managementErrors.notFound({
        what: 'request that was charged in the last 35 days',
        whatZh: '近 35 天内被扣费的该请求',
      });
    if (refund === 'nothing-charged') throw managementErrors.nothingCharged();
    const { userId, apiTokenId, quota, isRepeated } = refund;
    if (!isRepeated) {
      const options = await deps.currentOptions.read();
      const user = await deps.users.findById(userId);
      await deps.requestLogs.add({
        type: logTypes.manage,
        user_id: userId,
        username: user?.username ?? '',
        created_at: Math.floor(deps.clock.now() / 1000),
        content: `Refund of request ${requestId}: ${formatQuota(quota, options)}`,
      });
      await deps.recordAudit(actor, 'log.refund', requestId, { userId, apiTokenId, quota });
      await deps.announceAccounts({ userIds: [userId], apiTokenIds: [apiTokenId] });
    }
    return { request_id: requestId, user_id: userId, quota, is_repeated: isRepeated };
  };
}
