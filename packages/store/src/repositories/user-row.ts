import type { User } from '@turnpike/core';
import { readSpend } from '../schema/period-spend-columns.ts';
import { readNumber, readText, type Row } from '../schema/read-column.ts';
import { readLimits } from '../schema/request-limits-column.ts';

/** A row of `users`, without its secrets. */
export function toUser(row: Row): User {
  const limits = readLimits(row['limits']);
  const spend = readSpend(row);
  return {
    id: readNumber(row['id']),
    username: readText(row['username']),
    displayName: readText(row['display_name']),
    role: readNumber(row['role']),
    status: readNumber(row['status']),
    email: readText(row['email']),
    githubId: readText(row['github_id']),
    wechatId: readText(row['wechat_id']),
    larkId: readText(row['lark_id']),
    oidcId: readText(row['oidc_id']),
    quota: readNumber(row['quota']),
    usedQuota: readNumber(row['used_quota']),
    requestCount: readNumber(row['request_count']),
    group: readText(row['group']) || 'default',
    affCode: readText(row['aff_code']),
    inviterId: readNumber(row['inviter_id']),
    ...(limits !== undefined && { limits }),
    ...(spend !== undefined && { spend }),
    quotaVersion: readNumber(row['quota_version']),
  };
}
