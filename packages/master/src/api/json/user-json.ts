import type { User } from '@turnpike/core';
import type { UserJson } from '@turnpike/core/contract';
import { toLimitsJson, toSpentJson } from '../../services/request-limits.ts';

/** A user as the API shows it: never with the password or the access token. @param now Unix milliseconds */
export function toUserJson(user: User, now: number): UserJson {
  return {
    id: user.id,
    username: user.username,
    password: '',
    display_name: user.displayName,
    role: user.role,
    status: user.status,
    email: user.email,
    github_id: user.githubId,
    wechat_id: user.wechatId,
    lark_id: user.larkId,
    oidc_id: user.oidcId,
    verification_code: '',
    access_token: '',
    quota: user.quota,
    used_quota: user.usedQuota,
    request_count: user.requestCount,
    group: user.group,
    aff_code: user.affCode,
    inviter_id: user.inviterId,
    ...toLimitsJson(user.limits),
    ...toSpentJson(user.spend, now),
    quota_version: user.quotaVersion,
  };
}

/** The same shape with the given fields only; everything else is empty, as login and `manage` answer. */
export function toPartialUserJson(known: Partial<UserJson>): UserJson {
  return { ...emptyUser, ...known };
}

const emptyUser: UserJson = {
  id: 0,
  username: '',
  password: '',
  display_name: '',
  role: 0,
  status: 0,
  email: '',
  github_id: '',
  wechat_id: '',
  lark_id: '',
  oidc_id: '',
  verification_code: '',
  access_token: '',
  quota: 0,
  used_quota: 0,
  request_count: 0,
  group: '',
  aff_code: '',
  inviter_id: 0,
  ...toLimitsJson(),
  ...toSpentJson(undefined, 0),
  quota_version: 0,
};
