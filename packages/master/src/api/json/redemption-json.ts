import type { Redemption } from '@turnpike/core';
import type { RedemptionJson } from '@turnpike/core/contract';

export function toRedemptionJson(redemption: Redemption): RedemptionJson {
  return {
    id: redemption.id,
    user_id: redemption.userId,
    key: redemption.key,
    status: redemption.status,
    name: redemption.name,
    quota: redemption.quota,
    created_time: redemption.createdTime,
    redeemed_time: redemption.redeemedTime,
    count: 0,
    used_user_id: redemption.usedUserId,
    expired_time: redemption.expiredTime,
  };
}
