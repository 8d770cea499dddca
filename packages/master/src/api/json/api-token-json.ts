import type { ApiToken } from '@turnpike/core';
import type { ApiTokenJson } from '@turnpike/core/contract';
import { toLimitsJson, toSpentJson } from '../../services/request-limits.ts';

/** A token as its owner sees it: with the whole key. @param now Unix milliseconds */
export function toApiTokenJson(token: ApiToken, now: number): ApiTokenJson {
  return {
    id: token.id,
    user_id: token.userId,
    key: token.key,
    status: token.status,
    name: token.name,
    created_time: token.createdTime,
    accessed_time: token.accessedTime,
    expired_time: token.expiredTime,
    remain_quota: token.remainQuota,
    unlimited_quota: token.unlimitedQuota,
    used_quota: token.usedQuota,
    models: token.models,
    subnet: token.subnet,
    loss_policy: token.lossPolicy ?? '',
    ...toLimitsJson(token.limits),
    ...toSpentJson(token.spend, now),
    quota_version: token.quotaVersion,
  };
}
